import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { division, divisionOf } from '../../kernel/division.ts'
import { newId } from '../../kernel/ids.ts'
import { newEd25519Pair } from '../../kernel/keys.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, type FieldError, invalidInput, notFound, ruleViolated } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { isUscc } from '../../kernel/uscc.ts'
import { kindErrors, kindOf } from './kinds.ts'
import { type OrganizationState, organizationMachine, samePerson } from './model.ts'
import { membership, organization, organizationKey, person } from './schema.ts'

type Row = typeof organization.$inferSelect

/** What an organisation says of itself when it registers. */
export interface OrganizationInput {
  readonly uscc: string
  readonly nameZh: string
  readonly nameEn?: string
  /** GB/T 2260; where the credit code says it unless given */
  readonly division?: string
  readonly address: string
  readonly contactName: string
  readonly contactPhone: string
  readonly roles: readonly string[]
  /** of an institution (Art 38): `publicInstitution`, `publicServiceEnterprise` */
  readonly institutionKind?: string
  /** of a public service enterprise: a code of the rules */
  readonly serviceKind?: string
}

constraintMeans('organization_uscc_unique', () =>
  conflict(text('该统一社会信用代码已注册。', 'This unified social credit code is registered already.'), {
    errors: [
      {
        pointer: '/uscc',
        message: text('已注册', 'is registered already'),
        remedy: text('请本机构管理员将您添加为成员', 'ask its administrator to add you as a member'),
      },
    ],
  }),
)

/** The division of an organisation: the one given, else where its credit code was issued (characters 3 to 8). */
const seatCode = ({ division: given, uscc }: OrganizationInput): string =>
  given ?? divisionOf(uscc.slice(2, 8))?.code ?? ''

function inputErrors(input: OrganizationInput, rules: RulePack): FieldError[] {
  const errors: FieldError[] = kindErrors(input, rules)
  if (!isUscc(input.uscc))
    errors.push({
      pointer: '/uscc',
      message: text('校验位不符，不是有效的统一社会信用代码', 'fails its check character (GB 32100)'),
      remedy: text('对照营业执照核对 18 位代码', 'compare the 18 characters with the licence'),
    })
  if (!division(seatCode(input)))
    errors.push({
      pointer: '/division',
      message: text('不是有效的行政区划代码', 'is not a division code (GB/T 2260)'),
      remedy: text('填写 6 位代码，如 140100', 'give six digits such as 140100'),
    })
  return errors
}

/** Makes the organisation's row with its signing key and the first member. */
async function insertOrganization(
  cx: Cx,
  input: OrganizationInput,
  founderId: string,
  more: Partial<Row>,
): Promise<Row> {
  const errors = inputErrors(input, rulesAt(cx.now))
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const id = newId()
  const { roles, ...facts } = input
  const [row] = await cx.tx
    .insert(organization)
    .values({
      id,
      ...facts,
      ...kindOf(input),
      division: seatCode(input),
      requestedRoles: [...roles],
      roles: [],
      state: organizationMachine.initial,
      registeredBy: founderId,
      createdAt: cx.now,
      changedAt: cx.now,
      ...more,
    })
    .returning()
  const pair = newEd25519Pair()
  await cx.tx.insert(organizationKey).values({
    organizationId: id,
    publicKey: pair.publicPart,
    sealedKey: cx.kit.keyring.seal(pair.privatePart, `organization-key/${id}`),
    fingerprint: fingerprintOf(pair.publicPart),
    createdAt: cx.now,
  })
  return row!
}

/** SHA-256 of a public key's SPKI DER, lower-case hex. */
export const fingerprintOf = (publicPem: string): string =>
  createHash('sha256')
    .update(createPublicKey(publicPem).export({ type: 'spki', format: 'der' }))
    .digest('hex')

/** Registers an organisation; the person who does it becomes its administrator. The operator verifies it. */
export async function registerOrganization(cx: Cx, input: OrganizationInput): Promise<Row> {
  const founder = cx.actor.personId!
  const row = await insertOrganization(cx, input, founder, {})
  await cx.tx.insert(membership).values({
    organizationId: row.id,
    personId: founder,
    duties: ['administrator', 'maker', 'checker', 'finance'],
    createdAt: cx.now,
  })
  // the person to contact stays out of the record, which is never erased
  const { contactName: _, contactPhone: __, ...facts } = input
  cx.audit('organization.register', ['organization', row.id], {
    ...facts,
    ...kindOf(input),
    division: row.division,
    founder,
  })
  cx.emit('identity.organization-registered', { organizationId: row.id })
  return row
}

async function move(
  cx: Cx,
  id: string,
  name: keyof typeof organizationMachine.moves,
  change: (row: Row) => Partial<Row>,
): Promise<Row> {
  const [row] = await cx.tx.select().from(organization).where(eq(organization.id, id)).for('update')
  if (!row) throw notFound()
  const state = nextState(organizationMachine, row.state as OrganizationState, name)
  const set = { ...change(row), state, changedAt: cx.now }
  const [after] = await cx.tx.update(organization).set(set).where(eq(organization.id, id)).returning()
  cx.audit(`organization.${name}`, ['organization', id], { from: row.state, to: state, reason: set.reason ?? null })
  cx.emit('identity.organization-moved', { organizationId: id, move: name, to: state })
  return after!
}

/** Nobody checks an organisation that they belong to. @throws same-person */
async function requireOutsider(cx: Cx, organizationId: string): Promise<void> {
  const found = await cx.tx
    .select({ personId: membership.personId })
    .from(membership)
    .where(and(eq(membership.organizationId, organizationId), eq(membership.personId, cx.actor.personId ?? '')))
  if (found.length > 0)
    throw samePerson(
      text('不能核验自己所在的机构，请由同事办理。', 'You belong to this organisation; ask a colleague who does not.'),
    )
}

/** The operator takes the registration up; who accepts cannot verify. @throws same-person for a member of it */
export async function acceptOrganization(cx: Cx, id: string): Promise<Row> {
  await requireOutsider(cx, id)
  return move(cx, id, 'accept', () => ({ acceptedBy: cx.actor.personId, reason: null }))
}

/** Sends it back with what is missing. */
export const returnOrganization = (cx: Cx, id: string, reason: string) => move(cx, id, 'return', () => ({ reason }))

/** The organisation's administrator mends the data and submits again. */
export async function resubmitOrganization(cx: Cx, id: string, input: OrganizationInput): Promise<Row> {
  if (cx.actor.organizationId !== id) throw notFound()
  const errors = inputErrors(input, rulesAt(cx.now))
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const { roles, ...facts } = input
  return move(cx, id, 'resubmit', () => ({
    ...facts,
    ...kindOf(input),
    kindConfirmedAt: null,
    division: seatCode(input),
    requestedRoles: [...roles],
    acceptedBy: null,
    verifiedBy: null,
  }))
}

/** Verifies the organisation and puts its roles in force. @throws same-person unless two people took part. */
export async function verifyOrganization(cx: Cx, id: string): Promise<Row> {
  await requireOutsider(cx, id)
  return move(cx, id, 'verify', row => {
    if (row.acceptedBy === cx.actor.personId) throw samePerson()
    if (row.requestedRoles.includes('institution') && row.institutionKind === null)
      throw ruleViolated(
        text(
          '该机构未填写机构类别（公共机构或公共服务企业）；请退回补正。',
          'It has not said what kind of institution it is; return it for correction.',
        ),
      )
    const kindConfirmedAt = row.institutionKind === null ? null : cx.now
    return { verifiedBy: cx.actor.personId, roles: row.requestedRoles, kindConfirmedAt }
  })
}

/** Takes the organisation's roles out of force, with a reason. */
export const suspendOrganization = (cx: Cx, id: string, reason: string) =>
  move(cx, id, 'suspend', () => ({ reason, roles: [] }))

/** Puts them in force again. */
export const reinstateOrganization = (cx: Cx, id: string) =>
  move(cx, id, 'reinstate', row => ({ reason: null, roles: row.requestedRoles }))

const noSuchPerson = (pointer: string, message: Text) => invalidInput(undefined, { errors: [{ pointer, message }] })

/** Gives a person duties in the own organisation, or changes them; an empty list ends the membership. */
export async function setMember(cx: Cx, input: { email: string; duties: readonly string[] }): Promise<void> {
  const organizationId = cx.actor.organizationId!
  await cx.tx
    .select({ id: organization.id })
    .from(organization)
    .where(eq(organization.id, organizationId))
    .for('update')
  const [who] = await cx.tx
    .select({ id: person.id })
    .from(person)
    .where(sql`lower(${person.email}) = lower(${input.email.trim()})`)
  if (!who)
    throw noSuchPerson('/email', text('没有这个账号，请对方先注册', 'has no account; ask the person to register first'))
  const key = and(eq(membership.organizationId, organizationId), eq(membership.personId, who.id))
  if (input.duties.length === 0) await cx.tx.delete(membership).where(key)
  else
    await cx.tx
      .insert(membership)
      .values({ organizationId, personId: who.id, duties: [...input.duties], createdAt: cx.now })
      .onConflictDoUpdate({
        target: [membership.organizationId, membership.personId],
        set: { duties: [...input.duties] },
      })
  const [left] = await cx.tx
    .select({ n: sql<number>`count(*)::int` })
    .from(membership)
    .where(and(eq(membership.organizationId, organizationId), sql`'administrator' = any(${membership.duties})`))
  if (left!.n === 0)
    throw ruleViolated(text('机构至少要有一名管理员。', 'An organisation keeps at least one administrator.'))
  cx.audit('member.set', ['organization', organizationId], { person: who.id, duties: input.duties })
}

/** A detached Ed25519 signature by the organisation's own key over `bytes`. */
export async function signAs(cx: Cx, organizationId: string, bytes: Buffer) {
  const [key] = await cx.tx.select().from(organizationKey).where(eq(organizationKey.organizationId, organizationId))
  if (!key) throw notFound()
  const privateKey = createPrivateKey(
    cx.kit.keyring.open(key.sealedKey, `organization-key/${organizationId}`).toString(),
  )
  return {
    signature: sign(null, bytes, privateKey).toString('base64'),
    publicKey: key.publicKey,
    fingerprint: key.fingerprint,
  }
}

/** Sets the exchange up: its operator organisation with the first administrator. Once only; not reachable by HTTP. */
export async function foundExchange(cx: Cx, input: Omit<OrganizationInput, 'roles'>, founderId: string): Promise<Row> {
  await cx.sql`lock table identity.organization in share row exclusive mode`
  const [existing] = await cx.tx
    .select({ id: organization.id })
    .from(organization)
    .where(sql`'operator' = any(${organization.requestedRoles})`)
  if (existing) throw conflict(text('运营机构已经建立。', 'The exchange has its operator already.'))
  const row = await insertOrganization(cx, { ...input, roles: ['operator'] }, founderId, {
    state: 'verified',
    roles: ['operator'],
  })
  await cx.tx.insert(membership).values({
    organizationId: row.id,
    personId: founderId,
    duties: ['administrator', 'maker', 'checker', 'finance'],
    createdAt: cx.now,
  })
  cx.audit('organization.found', ['organization', row.id], { uscc: input.uscc })
  return row
}
