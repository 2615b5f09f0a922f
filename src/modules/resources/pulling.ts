import { and, desc, eq, inArray, lt, ne } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { conflict, type FieldError, invalidInput, notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { checkedUrl } from './pullingaddress.ts'
import {
  type Auth,
  nextOf,
  PullError,
  type PullState,
  pullMachine,
  type Rhythm,
  type Schedule,
  scheduleOf,
} from './pullingmodel.ts'
import { entry, type PullRow, type PullTryRow, pull, pullTry } from './schema.ts'
import { inForce, ownEntry } from './service.ts'

constraintMeans('pull_one_per_entry', () =>
  conflict(text('该目录刚刚设置了定时获取。', 'Fetching was just set for this entry.')),
)

/** What an institution says of the address from which an entry's data is fetched. */
export interface PullInput {
  readonly url: string
  readonly format: string
  readonly rhythm?: Rhythm
  readonly day?: number | null
  readonly hour?: number
  readonly auth?: Auth
  readonly userName?: string | null
  /** token or password; absent keeps the one that is there, for the same origin only */
  readonly secret?: string | null
  readonly isAutomatic?: boolean
}

export const secretLabel = (id: string): string => `resource-pull/${id}`
const subject = (row: { id: string }) => ['pull', row.id] as const

const wrong = (pointer: string, message: Text, remedy: Text): FieldError => ({ pointer, message, remedy })

/** The present setting of an entry; undefined where there is none. */
export async function pullOf(rx: Rx, entryId: string): Promise<PullRow | undefined> {
  const [row] = await rx.tx
    .select()
    .from(pull)
    .where(and(eq(pull.entryId, entryId), ne(pull.state, 'ended')))
  return row
}

/** The setting of an own entry. @throws not-found for another's, and where none is set */
export async function readPull(rx: Rx, entryId: string): Promise<PullRow> {
  const row = await pullOf(rx, entryId)
  if (!row || row.organizationId !== requireOrganization(rx.actor)) throw notFound()
  return row
}

async function lockedPull(cx: Cx, entryId: string): Promise<PullRow> {
  await ownEntry(cx, entryId)
  const [row] = await cx.tx
    .select()
    .from(pull)
    .where(and(eq(pull.entryId, entryId), ne(pull.state, 'ended')))
    .for('update')
  if (!row) throw notFound(text('该目录没有设置定时获取。', 'Nothing is fetched for this entry.'))
  return row
}

function urlErrors(address: string, hosts: readonly string[]): FieldError[] {
  try {
    checkedUrl(address, hosts)
    return []
  } catch (error) {
    if (!(error instanceof PullError)) throw error
    return [wrong('/url', error.failure.message, error.failure.remedy)]
  }
}

/** The schedule that was asked for, or the one that the update cycle suggests. */
function scheduleFor(input: PullInput, cycle: string | null): { schedule: Schedule; errors: FieldError[] } {
  const derived = scheduleOf(cycle)
  const rhythm = input.rhythm ?? derived.rhythm
  const day = rhythm === 'daily' ? null : (input.day ?? 1)
  const most = rhythm === 'weekly' ? 7 : 28
  const errors =
    day !== null && day > most
      ? [
          wrong(
            '/day',
            rhythm === 'weekly'
              ? text('星期须为 1（周一）至 7（周日）', 'a weekday is 1 (Monday) to 7 (Sunday)')
              : text('日期须为 1 至 28', 'a day of the month is 1 to 28'),
            text(`填写不大于 ${most} 的数`, `give at most ${most}`),
          ),
        ]
      : []
  return { schedule: { rhythm, day, hour: input.hour ?? derived.hour }, errors }
}

const originOf = (address: string) => (URL.canParse(address) ? new URL(address).origin : '')

/** A credential that lies sealed goes on to the same server only: nobody can have it sent elsewhere. */
const keepsSecret = (input: PullInput, auth: Auth, present: PullRow | undefined): boolean =>
  !input.secret &&
  present?.sealedSecret != null &&
  present.auth === auth &&
  (auth !== 'basic' || !input.userName || input.userName === present.userName) &&
  originOf(present.url) === originOf(input.url)

function credentialErrors(input: PullInput, auth: Auth, present: PullRow | undefined): FieldError[] {
  if (auth === 'none') return []
  const errors: FieldError[] = []
  if (auth === 'basic' && !input.userName && !present?.userName)
    errors.push(
      wrong('/userName', text('请填写用户名', 'is missing'), text('填写访问数据用的用户名', 'give the user name')),
    )
  if (input.secret && auth === 'bearer' && !/^[\x21-\x7e]+$/.test(input.secret))
    errors.push(
      wrong(
        '/secret',
        text('令牌含有空格或非 ASCII 字符', 'holds blanks or signs beyond ASCII'),
        text('原样粘贴令牌，不含“Bearer”字样', 'paste the token itself, without the word Bearer'),
      ),
    )
  if (!input.secret && !keepsSecret(input, auth, present))
    errors.push(
      wrong(
        '/secret',
        present?.sealedSecret
          ? text('更换服务器或用户后须重新填写令牌或密码', 'must be given anew for another server or user')
          : text('请填写令牌或密码', 'is missing'),
        text('填写访问数据用的令牌或密码；保存后不再显示', 'give the token or password; it is never shown again'),
      ),
    )
  return errors
}

function sealedFor(cx: Cx, id: string, input: PullInput, auth: Auth, present: PullRow | undefined): Buffer | null {
  if (auth === 'none') return null
  if (!input.secret) return present!.sealedSecret
  return cx.kit.keyring.seal(Buffer.from(input.secret), secretLabel(id))
}

/**
 * Names for a published entry of the own institution from where its data is fetched, how and when; what is left out of
 * the schedule follows from the update cycle. The credential is kept sealed. @throws not-found, conflict, invalid-input
 */
export async function setPull(cx: Cx, entryId: string, input: PullInput): Promise<PullRow> {
  const of = await ownEntry(cx, entryId)
  const version = await inForce(cx, entryId)
  if (!version)
    throw conflict(
      text('目录发布后才能设置定时获取。', 'Data is fetched for what is published; have it reviewed first.'),
    )
  const present = await pullOf(cx, entryId)
  const auth = input.auth ?? (present?.auth as Auth | undefined) ?? 'none'
  const { schedule, errors: scheduleErrors } = scheduleFor(input, version.updateCycle)
  const errors = [
    ...urlErrors(input.url, cx.kit.settings.pullHosts),
    ...scheduleErrors,
    ...credentialErrors(input, auth, present),
  ]
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const id = present?.id ?? newId()
  const isOther = present?.url !== input.url || present.format !== input.format
  const rests = present?.state === 'paused'
  const values = {
    ...schedule,
    url: input.url,
    format: input.format,
    auth,
    userName: auth === 'basic' ? (input.userName ?? present?.userName ?? null) : null,
    sealedSecret: sealedFor(cx, id, input, auth, present),
    isAutomatic: input.isAutomatic ?? present?.isAutomatic ?? false,
    changedBy: cx.actor.personId!,
    changedAt: cx.now,
    state: rests ? ('paused' as const) : pullMachine.initial,
    nextAt: rests ? null : nextOf(schedule, cx.now),
    failures: 0,
    ...(isOther && { etag: null, lastModified: null, sha256: null }),
  }
  const [row] = present
    ? await cx.tx.update(pull).set(values).where(eq(pull.id, id)).returning()
    : await cx.tx
        .insert(pull)
        .values({ id, entryId, organizationId: of.organizationId, ...values })
        .returning()
  const { origin, pathname } = new URL(input.url)
  const { format, isAutomatic } = values
  cx.audit('pull.set', subject(row!), { entryId, address: origin + pathname, format, ...schedule, auth, isAutomatic })
  return row!
}

async function move(
  cx: Cx,
  row: PullRow,
  name: keyof typeof pullMachine.moves,
  set: Partial<PullRow>,
): Promise<PullRow> {
  const state = nextState(pullMachine, row.state as PullState, name)
  const [changed] = await cx.tx
    .update(pull)
    .set({ ...set, state })
    .where(eq(pull.id, row.id))
    .returning()
  cx.audit(`pull.${name}`, subject(row), { entryId: row.entryId, from: row.state })
  return changed!
}

/** Nothing is fetched until it is resumed. @throws not-found, state-conflict */
export const pausePull = async (cx: Cx, entryId: string): Promise<PullRow> =>
  move(cx, await lockedPull(cx, entryId), 'pause', { nextAt: null, askedBy: null })

/** Goes on with the next hour of the schedule; what was stopped after failures is tried at once. */
export async function resumePull(cx: Cx, entryId: string): Promise<PullRow> {
  const row = await lockedPull(cx, entryId)
  const nextAt = row.state === 'halted' ? cx.now : nextOf(row as Schedule, cx.now)
  return move(cx, row, 'resume', { nextAt, failures: 0 })
}

/** Ends it: the credential is forgotten, the tries stay. @throws not-found */
export const endPull = async (cx: Cx, entryId: string): Promise<PullRow> =>
  move(cx, await lockedPull(cx, entryId), 'end', {
    nextAt: null,
    askedBy: null,
    auth: 'none',
    userName: null,
    sealedSecret: null,
  })

/** Has it fetched now, out of turn. @throws state-conflict while it is paused or stopped */
export async function askPull(cx: Cx, entryId: string): Promise<PullRow> {
  const row = await lockedPull(cx, entryId)
  if (row.state !== 'active') nextState(pullMachine, row.state as PullState, 'pause')
  const [changed] = await cx.tx
    .update(pull)
    .set({ nextAt: cx.now, askedBy: cx.actor.personId })
    .where(eq(pull.id, row.id))
    .returning()
  cx.audit('pull.ask', subject(row), { entryId })
  return changed!
}

/** The tries of an own entry's settings, newest first. @throws not-found */
export async function listTries(
  rx: Rx,
  entryId: string,
  query: { limit?: number | undefined; after?: string | undefined } = {},
) {
  const [of] = await rx.tx
    .select({ id: entry.id })
    .from(entry)
    .where(and(eq(entry.id, entryId), eq(entry.organizationId, requireOrganization(rx.actor))))
  if (!of) throw notFound()
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const ofEntry = rx.tx.select({ id: pull.id }).from(pull).where(eq(pull.entryId, entryId))
  const rows = await rx.tx
    .select()
    .from(pullTry)
    .where(and(inArray(pullTry.pullId, ofEntry), after === undefined ? undefined : lt(pullTry.id, after)))
    .orderBy(desc(pullTry.id))
    .limit(limit + 1)
  return toPage<PullTryRow, PullTryRow>(
    rows,
    limit,
    row => [row.id],
    row => row,
  )
}

/** A try with what it belongs to, for notices. @throws not-found */
export async function tryLabel(rx: Rx, tryId: string): Promise<{ pull: PullRow; try: PullTryRow }> {
  const [found] = await rx.tx
    .select({ pull, try: pullTry })
    .from(pullTry)
    .innerJoin(pull, eq(pull.id, pullTry.pullId))
    .where(eq(pullTry.id, tryId))
  if (!found) throw notFound()
  return found
}

/** How the fetching stands on the whole, for the operator. */
export async function pullCounts(rx: Pick<Rx, 'sql'>): Promise<{ active: number; failing: number; halted: number }> {
  const [row] = await rx.sql<{ active: number; failing: number; halted: number }[]>`
    select count(*) filter (where state = 'active')::int4 as active,
      count(*) filter (where state = 'active' and failures > 0)::int4 as failing,
      count(*) filter (where state = 'halted')::int4 as halted from resources.pull`
  return row ?? { active: 0, failing: 0, halted: 0 }
}
