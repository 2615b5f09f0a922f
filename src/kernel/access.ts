import type { Actor } from './actor.ts'
import { defineProblem, forbidden, unauthenticated } from './problem.ts'
import { text } from './text.ts'

/**
 * Who holds a permission:
 * `anyone` · `person` (signed in) · `member` (acting for any organisation) · `member:<duty>` ·
 * `<role>` (any member of a verified organisation with that role) · `<role>:<duty>` · `system`.
 */
export type Grant = string

export const twoStepRequired = defineProblem(
  'two-step-required',
  403,
  text('请先开启两步登录', 'Set up two-step sign-in first'),
  text(
    '财务职责、监管机构和运营机构的人员须使用两步登录：打开“账号 → 两步登录”（/account/two-step）完成设置，即可继续。',
    'Finance duties, authorities and the operator take two-step sign-in: set it up under Account → Two-step sign-in (/account/two-step), then go on.',
  ),
)

/** Permission → who holds it. */
export type AccessTable = Readonly<Record<string, readonly Grant[]>>

function holds(actor: Actor, grant: Grant): boolean {
  if (grant === 'anyone') return true
  if (grant === 'system') return actor.kind === 'system'
  if (grant === 'person') return actor.personId !== null
  if (actor.organizationId === null) return false
  const [role = '', duty] = grant.split(':')
  return (role === 'member' || actor.roles.includes(role)) && (duty === undefined || actor.duties.includes(duty))
}

/** Whether the actor holds the permission, within the scopes of their API token if they came with one. */
export function isAllowed(table: AccessTable, actor: Actor, permission: string): boolean {
  const grants = table[permission]
  if (!grants) throw new Error(`permission ${permission} is missing in the access table`)
  if (actor.kind === 'system') return true
  if (actor.scopes && !actor.scopes.includes(permission)) return grants.includes('anyone')
  return grants.some(grant => holds(actor, grant))
}

/** @throws unauthenticated (401) for an unknown person, forbidden (403) naming who may do it. */
export function authorize(table: AccessTable, actor: Actor, permission: string): void {
  if (isAllowed(table, actor, permission)) return
  if (actor.kind === 'anonymous') throw unauthenticated()
  if (actor.lacksTwoStep) throw twoStepRequired()
  const holders = table[permission]!.join(', ')
  throw forbidden(
    text(`此操作（${permission}）需要以下身份之一：${holders}。`, `This (${permission}) takes one of: ${holders}.`),
  )
}
