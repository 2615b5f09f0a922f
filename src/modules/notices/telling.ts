import { and, eq, inArray, isNull, or, sql } from 'drizzle-orm'
import type { PgInsertValue } from 'drizzle-orm/pg-core'
import { isAllowed } from '../../kernel/access.ts'
import { type Actor, anonymous } from '../../kernel/actor.ts'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/text.ts'
import { addresseesOf, type Member, membersOf } from '../identity/index.ts'
import type { Draft } from './draft.ts'
import { kinds, onceUntilRead } from './kinds.ts'
import { isMailed, type Preference, usualPreference } from './model.ts'
import { mail, notice, preference } from './schema.ts'
import { letterOf } from './words.ts'

/** A member of an organisation, or a person for themselves. */
type Addressee = Omit<Member, 'organizationId'> & { readonly organizationId: string | null }

interface Telling {
  readonly draft: Draft
  readonly member: Addressee
}

const actorOf = ({ personId, organizationId, roles, duties }: Addressee): Actor => ({
  ...anonymous,
  kind: 'person',
  personId,
  organizationId,
  roles,
  duties,
})

/** Those whose duty lets them act on it; never the one who caused it. */
function whom(cx: Cx, draft: Draft, members: readonly Addressee[], actorId: string | null): Addressee[] {
  const { permissions } = kinds[draft.kind]
  const only = draft.people && new Set(draft.people)
  return members.filter(
    member =>
      member.organizationId === draft.to &&
      member.personId !== actorId &&
      (only?.has(member.personId) ?? true) &&
      permissions.some(permission => isAllowed(cx.kit.access, actorOf(member), permission)),
  )
}

/** Everybody whom the drafts may concern. */
async function addressees(cx: Cx, drafts: readonly Draft[]): Promise<Addressee[]> {
  const organizations = drafts.flatMap(({ to }) => (to === null ? [] : [to]))
  const people = drafts.flatMap(({ to, people }) => (to === null ? (people ?? []) : []))
  const selves = await addresseesOf(cx, [...new Set(people)])
  return [
    ...(await membersOf(cx, [...new Set(organizations)])),
    ...selves.map(self => ({ ...self, organizationId: null, roles: [], duties: [] })),
  ]
}

/** Who has an unread notice of the same about the same thing already, as `kind/subject/person`. */
async function alreadyTold(cx: Cx, drafts: readonly Draft[]): Promise<Set<string>> {
  const once = drafts.filter(draft => onceUntilRead.has(draft.kind))
  if (once.length === 0) return new Set()
  const rows = await cx.tx
    .select({ personId: notice.personId, kind: notice.kind, subjectId: notice.subjectId })
    .from(notice)
    .where(
      and(
        isNull(notice.readAt),
        or(...once.map(draft => and(eq(notice.kind, draft.kind), eq(notice.subjectId, draft.subject[1])))),
      ),
    )
  return new Set(rows.map(row => `${row.kind}/${row.subjectId}/${row.personId}`))
}

const keyOf = ({ draft, member }: Telling): string => `${draft.kind}/${draft.subject[1]}/${member.personId}`

async function preferencesOf(cx: Cx, personIds: readonly string[]): Promise<Map<string, Preference>> {
  const rows = await cx.tx
    .select()
    .from(preference)
    .where(inArray(preference.personId, [...personIds]))
  return new Map(rows.map(row => [row.personId, row]))
}

const noticeRow = (cx: Cx, { draft, member }: Telling): typeof notice.$inferInsert => ({
  id: newId(),
  personId: member.personId,
  organizationId: draft.to,
  kind: draft.kind,
  params: draft.params,
  subjectKind: draft.subject[0],
  subjectId: draft.subject[1],
  href: draft.href,
  createdAt: cx.now,
})

function mailRow(cx: Cx, row: typeof notice.$inferInsert, { member }: Telling): PgInsertValue<typeof mail> {
  const { publicUrl } = cx.kit.settings
  const { subject, body } = letterOf(row, { publicUrl, language: member.language })
  return {
    id: newId(),
    noticeId: row.id,
    personId: member.personId,
    recipient: member.email,
    language: member.language,
    subject,
    body,
    state: cx.kit.mailer ? 'queued' : 'kept',
    nextAttemptAt: cx.kit.mailer ? sql`transaction_timestamp()` : null,
    createdAt: cx.now,
  }
}

/** As many rows as one statement takes: its parameters are numbered by 16 bits. */
const slices = <T>(rows: readonly T[], size = 1000): T[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size))
/** Writes to a person about their account, at an address that may be none of theirs any more. */
export async function write(
  cx: Cx,
  to: { readonly personId: string; readonly email: string; readonly language: Language },
  letter: { readonly subject: string; readonly body: string; readonly isSecret?: boolean },
): Promise<void> {
  const id = newId()
  await cx.tx.insert(mail).values({
    id,
    personId: to.personId,
    recipient: to.email,
    language: to.language,
    ...letter,
    state: cx.kit.mailer ? 'queued' : 'kept',
    nextAttemptAt: (cx.kit.mailer ? sql`transaction_timestamp()` : null) as never,
    createdAt: cx.now,
  })
  cx.audit('notice.write', ['mail', id], {})
}

/**
 * Tells people: one notice each, and a letter to those who want one. `cause` names the event; what the log keeps of it
 * is how many were told.
 */
export async function tell(cx: Cx, cause: string, drafts: readonly Draft[], actorId: string | null): Promise<void> {
  const members = await addressees(cx, drafts)
  const told = await alreadyTold(cx, drafts)
  const fresh = new Map<string, Telling>()
  for (const draft of drafts)
    for (const member of whom(cx, draft, members, actorId)) {
      const telling = { draft, member }
      if (!told.has(keyOf(telling))) fresh.set(keyOf(telling), telling)
    }
  const tellings = [...fresh.values()]
  const rows = tellings.map(telling => noticeRow(cx, telling))
  const wishes =
    tellings.length > 0
      ? await preferencesOf(
          cx,
          rows.map(row => row.personId),
        )
      : new Map()
  const letters = tellings.flatMap((telling, i) => {
    const wish = wishes.get(telling.member.personId) ?? usualPreference
    return isMailed(wish, kinds[telling.draft.kind].urgency) ? [mailRow(cx, rows[i]!, telling)] : []
  })
  for (const some of slices(rows)) await cx.tx.insert(notice).values(some)
  for (const some of slices(letters)) await cx.tx.insert(mail).values(some)
  const subject = rows[0]?.id ?? newId()
  cx.audit('notice.send', ['notice', subject], { cause, notices: rows.length, mails: letters.length })
}
