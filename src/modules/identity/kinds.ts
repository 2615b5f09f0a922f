import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { type FieldError, invalidInput, notFound, ruleViolated } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { organization } from './schema.ts'

type Row = typeof organization.$inferSelect

/** What an institution is (Art 38). The kinds of public service enterprises are a list of the rules. */
export const institutionKinds = {
  publicInstitution: text('公共机构', 'Public institution'),
  publicServiceEnterprise: text('公共服务企业', 'Public service enterprise'),
} as const satisfies Record<string, Text>

export type InstitutionKind = keyof typeof institutionKinds

interface Said {
  readonly uscc: string
  readonly roles: readonly string[]
  readonly institutionKind?: string | undefined
  readonly serviceKind?: string | undefined
}

export type Kind = Pick<Row, 'institutionKind' | 'serviceKind'>

/** Codes beginning with 1 are issued by the office of public bodies (GB 32100): no enterprise has one. */
const isPublicBody = (uscc: string): boolean => uscc.startsWith('1')

/** The kind that is stored: what was said; that of a public body follows from its code; none where no institution is meant. */
export function kindOf({ uscc, roles, institutionKind, serviceKind }: Said): Kind {
  if (!roles.includes('institution')) return { institutionKind: null, serviceKind: null }
  const kind = institutionKind ?? (isPublicBody(uscc) ? 'publicInstitution' : null)
  return { institutionKind: kind, serviceKind: serviceKind ?? null }
}

const kindMissing: FieldError = {
  pointer: '/institutionKind',
  message: text('请选择机构类别', 'is missing'),
  remedy: text('选择公共机构或公共服务企业（第三十八条）', 'choose public institution or public service enterprise'),
}

/** What is wrong with the kind that an institution says it is of. */
export function kindErrors(said: Said, rules: RulePack): FieldError[] {
  const { institutionKind, serviceKind } = said
  const { items } = rules.lists.publicServiceKinds
  const say = (pointer: string, message: Text, remedy: Text): FieldError[] => [{ pointer, message, remedy }]
  if (!said.roles.includes('institution'))
    return institutionKind || serviceKind
      ? say(
          institutionKind ? '/institutionKind' : '/serviceKind',
          text('没有申请公共机构身份', 'is only for who asks to be an institution'),
          text('勾选该身份，或清空此项', 'ask for that role, or leave this empty'),
        )
      : []
  const kind = kindOf(said).institutionKind
  if (kind === null) return [kindMissing]
  if (kind === 'publicInstitution')
    return serviceKind
      ? say(
          '/serviceKind',
          text('公共机构不填写服务行业', 'is only for public service enterprises'),
          text('清空此项，或改选公共服务企业', 'leave it empty, or choose public service enterprise'),
        )
      : []
  if (isPublicBody(said.uscc))
    return say(
      '/institutionKind',
      text('该信用代码属于机关、事业单位，不是企业', 'the credit code is that of a public body, not of an enterprise'),
      text('改选公共机构，或核对信用代码', 'choose public institution, or check the code'),
    )
  if (!items.some(item => item.code === serviceKind)) {
    const names = (say: (words: Text) => string, by: string) => items.map(item => say(item.name)).join(by)
    return say(
      '/serviceKind',
      text('请选择所属的公共服务行业', 'is not one of the kinds of public service'),
      text(
        `限于${names(words => words.zh, '、')}；其他行业须先由规则包增列`,
        `choose one of: ${names(words => words.en, ', ')}; others must first be added to the rules`,
      ),
    )
  }
  return []
}

/** `公共服务企业（供水）`; said to be missing where nobody has said it yet. */
export function kindWords(of: Kind, rules: RulePack): Text {
  if (of.institutionKind === null) return text('机构类别未填写', 'Kind not given yet')
  const kind = institutionKinds[of.institutionKind as InstitutionKind]
  const service = rules.lists.publicServiceKinds.items.find(item => item.code === of.serviceKind)?.name
  return service ? text(`${kind.zh}（${service.zh}）`, `${kind.en} (${service.en.toLowerCase()})`) : kind
}

/** Whether Art 25's voluntary lane is open to it: a public service enterprise, which the operator confirmed. */
export const mayPublishVoluntarily = (of: Pick<Row, 'institutionKind' | 'kindConfirmedAt'>): boolean =>
  of.institutionKind === 'publicServiceEnterprise' && of.kindConfirmedAt !== null

async function lockInstitution(cx: Cx, id: string): Promise<Row> {
  const [row] = await cx.tx.select().from(organization).where(eq(organization.id, id)).for('update')
  if (!row?.requestedRoles.includes('institution')) throw notFound()
  return row
}

async function change(cx: Cx, id: string, set: Partial<Row>): Promise<Row> {
  const [row] = await cx.tx.update(organization).set(set).where(eq(organization.id, id)).returning()
  return row!
}

/**
 * An institution that was verified before its kind was asked for says it; the operator confirms it.
 * @throws not-found for another's, rule-violated once it is confirmed, invalid-input
 */
export async function completeInstitutionKind(
  cx: Cx,
  id: string,
  said: Pick<Said, 'institutionKind' | 'serviceKind'>,
): Promise<Row> {
  if (cx.actor.organizationId !== id) throw notFound()
  const row = await lockInstitution(cx, id)
  if (row.kindConfirmedAt !== null)
    throw ruleViolated(
      text(
        '机构类别已由运营机构确认；如有变化，请联系运营机构。',
        'The operator has confirmed the kind; tell the operator if it has changed.',
      ),
    )
  const whole = { ...said, uscc: row.uscc, roles: row.requestedRoles }
  const errors = kindErrors(whole, rulesAt(cx.now))
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const kind = kindOf(whole)
  cx.audit('organization.complete-kind', ['organization', id], { ...kind })
  return change(cx, id, { ...kind, reason: null })
}

const nothingSaid = () =>
  ruleViolated(text('机构尚未填写类别，或已经确认。', 'It has not said its kind yet, or that is confirmed already.'))

/** The operator confirms the kind that an institution said after its verification. @throws rule-violated where none waits */
export async function confirmInstitutionKind(cx: Cx, id: string): Promise<Row> {
  const row = await lockInstitution(cx, id)
  if (row.state !== 'verified' || row.institutionKind === null || row.kindConfirmedAt !== null) throw nothingSaid()
  const { institutionKind, serviceKind } = row
  cx.audit('organization.confirm-kind', ['organization', id], { institutionKind, serviceKind })
  return change(cx, id, { kindConfirmedAt: cx.now })
}

/** The operator does not agree with the kind that was said: it is to be said anew. @throws rule-violated where none waits */
export async function declineInstitutionKind(cx: Cx, id: string, reason: string): Promise<Row> {
  const row = await lockInstitution(cx, id)
  if (row.state !== 'verified' || row.institutionKind === null || row.kindConfirmedAt !== null) throw nothingSaid()
  cx.audit('organization.decline-kind', ['organization', id], { institutionKind: row.institutionKind, reason })
  return change(cx, id, { institutionKind: null, serviceKind: null, reason })
}

/** Verified institutions whose kind waits for the operator's confirmation, at most 50. */
export const kindsToConfirm = (rx: Rx) =>
  rx.tx
    .select()
    .from(organization)
    .where(
      and(
        eq(organization.state, 'verified'),
        isNotNull(organization.institutionKind),
        isNull(organization.kindConfirmedAt),
        sql`'institution' = any(${organization.requestedRoles})`,
      ),
    )
    .orderBy(asc(organization.createdAt))
    .limit(50)
