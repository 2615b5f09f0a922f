import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { addWorkingDays } from '../../kernel/calendar.ts'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { divisionOf } from '../../kernel/division.ts'
import { textHash } from '../../kernel/documents/template.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { conflict, type FieldError, invalidInput, notFound, Problem, ruleViolated } from '../../kernel/problem.ts'
import { type RuleClock, type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { offerOf } from '../catalog/index.ts'
import {
  type Organization,
  operatorOrganization,
  organizationOf,
  requireOrganization,
  seatOf,
} from '../identity/index.ts'
import { requireReleased } from '../risk/index.ts'
import {
  applyChanges,
  type ContractMove,
  type ContractState,
  changeErrors,
  contractMachine,
  deriveTerms,
  deviationsOf,
  MODEL_CONTRACT,
  purposeErrors,
  requireTurn,
  type Side,
  termErrors,
  trialUsed,
} from './model.ts'
import { modelContractOf } from './modelcontract.ts'
import { contract, proposal } from './schema.ts'
import type { TermChanges, Terms } from './terms.ts'

export type ContractRow = typeof contract.$inferSelect

constraintMeans('contract_trial_once', () => trialUsed())
constraintMeans('contract_two_parties', () => refuseSelfDealing())
constraintMeans('proposal_round_unique', () =>
  conflict(text('对方刚刚提出了新的条款。', 'The other side has just proposed other terms.')),
)

export const refuseSelfDealing = () =>
  ruleViolated(text('供需双方不能是同一机构。', 'Vendor and buyer must be two organisations.'), {
    errors: [
      {
        pointer: '/productId',
        message: text('是本机构自己的产品', 'is a product of your own organisation'),
        remedy: text('选择其他机构的产品', 'choose a product of another organisation'),
      },
    ],
  })

/** The contract's row, locked until the transaction ends. @throws not-found */
export async function lockContract(cx: Cx, id: string): Promise<ContractRow> {
  const [row] = await cx.tx.select().from(contract).where(eq(contract.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** Which side an organisation is on. @throws not-found for all others, who may not know of the contract. */
export function sideOf(row: Pick<ContractRow, 'vendorId' | 'buyerId'>, organizationId: string): Side {
  if (organizationId === row.vendorId) return 'vendor'
  if (organizationId === row.buyerId) return 'buyer'
  throw notFound()
}

/** Moves a locked contract along its life cycle and writes what changes with it. @throws state-conflict */
export async function moveContract(
  cx: Cx,
  row: ContractRow,
  move: ContractMove,
  change: Partial<ContractRow> = {},
): Promise<ContractRow> {
  const state = nextState(contractMachine, row.state as ContractState, move)
  const [after] = await cx.tx
    .update(contract)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(contract.id, row.id))
    .returning()
  return after!
}

/** @throws rule-violated when an organisation is not verified (DSL Art 33: identity of both sides is checked). */
export function requireVerified(...organizations: readonly Organization[]): void {
  const unverified = organizations.find(o => o.state !== 'verified')
  if (unverified)
    throw ruleViolated(
      text(
        `“${unverified.nameZh}”未通过核验，不能订立合同；请联系运营机构。`,
        `“${unverified.nameZh}” is not a verified organisation; it cannot conclude contracts. Contact the operator.`,
      ),
    )
}

const deadline = (now: Date, clock: RuleClock, rules: RulePack) => addWorkingDays(now, clock.workingDays, rules).dueAt

export const refuseTerms = (errors: FieldError[]) =>
  invalidInput(text('合同条款有误，见各字段说明。', 'The terms are not valid; see each field.'), { errors })

async function addProposal(cx: Cx, row: ContractRow, round: number, side: Side, note: string | undefined) {
  await cx.tx.insert(proposal).values({
    id: newId(),
    contractId: row.id,
    round,
    side,
    proposedBy: cx.actor.personId!,
    termsText: row.termsText,
    deviations: row.deviations,
    note: note ?? null,
    proposedAt: cx.now,
  })
}

export interface ContractInput {
  readonly productId: string
  readonly planId?: string
  readonly purpose: string
  readonly scenario: string
}

type Offer = Awaited<ReturnType<typeof offerOf>>

/** The terms of the model contract for an offer between two organisations, with the rules they follow. */
export async function draftTerms(
  rx: Rx,
  offer: Offer,
  vendor: Organization,
  buyer: Organization,
  input: Pick<ContractInput, 'purpose' | 'scenario'>,
) {
  const rules = rulesAt(rx.now)
  const operator = await operatorOrganization(rx)
  const terms = deriveTerms({
    offer,
    vendor,
    buyer,
    purpose: input.purpose,
    scenario: input.scenario.trim(),
    areaNames: offer.coverage.divisions.map(code => divisionOf(code)?.name ?? code),
    signedPlace: seatOf(operator),
    days: {
      payment: rules.clocks.paymentDue.workingDays,
      delivery: rules.clocks.deliveryDue.workingDays,
      acceptance: rules.clocks.acceptancePeriod.workingDays,
    },
    renewal: { noticeDays: rules.periods.subscriptionNotice.days, graceDays: rules.periods.subscriptionGrace.days },
    isSilenceAcceptance: rules.acceptance.isSilenceAcceptance,
  })
  return { rules, terms }
}

/**
 * The buyer asks to buy: a contract is drafted from the model contract for data provision (办法草案 Art 29 ¶2, national
 * model text of 2025) with terms taken from the listing, and offered to the vendor.
 * @throws not-found, rule-violated (not listed, own product, unverified), invalid-input (purpose, scenario, terms).
 */
export async function createContract(cx: Cx, input: ContractInput): Promise<ContractRow> {
  const buyerId = requireOrganization(cx.actor)
  const offer = await offerOf(cx, input.productId, input.planId)
  if (offer.vendorId === buyerId) throw refuseSelfDealing()
  await requireReleased(cx, offer.dataVersionId, 'contract')
  const buyer = await organizationOf(cx, buyerId)
  const vendor = await organizationOf(cx, offer.vendorId)
  requireVerified(vendor, buyer)
  const wrong = [...purposeErrors(offer, input.purpose, input.scenario), ...termErrors(offer)]
  if (wrong.length > 0) throw invalidInput(undefined, { errors: wrong })
  const { rules, terms } = await draftTerms(cx, offer, vendor, buyer, input)
  const template = await modelContractOf(MODEL_CONTRACT.code, MODEL_CONTRACT.version)
  const errors = template.validate(terms)
  if (errors.length > 0) throw refuseTerms(errors)
  const place = rules.jurisdictionOf(vendor.division)
  const [row] = await cx.tx
    .insert(contract)
    .values({
      id: newId(),
      number: await nextNumber(cx, place, 'CT'),
      state: nextState(contractMachine, contractMachine.initial, 'offer'),
      division: place,
      vendorDivision: vendor.division,
      buyerDivision: buyer.division,
      vendorId: vendor.id,
      buyerId,
      productId: offer.productId,
      productNumber: offer.productNumber,
      productName: offer.nameZh,
      productVersion: offer.versionNo,
      listingId: offer.listingId,
      dataVersionId: offer.dataVersionId,
      planId: offer.plan.id,
      planVersion: offer.plan.version,
      planKind: offer.plan.kind,
      sourceCategory: offer.sourceCategory,
      isPublicData: offer.isPublicData,
      amountFen: offer.plan.amountFen,
      templateCode: MODEL_CONTRACT.code,
      templateVersion: MODEL_CONTRACT.version,
      templateHash: template.hash,
      modelTerms: terms,
      terms,
      termsText: canonicalJson(terms),
      deviations: [],
      rulePack: rules.ref,
      lapsesAt: deadline(cx.now, rules.clocks.negotiation, rules),
      createdBy: cx.actor.personId!,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  await addProposal(cx, row!, 1, 'buyer', undefined)
  const facts = { number: row!.number, product: offer.productNumber, template: template.hash, rulePack: rules.ref }
  cx.audit('contract.create', ['contract', row!.id], { ...facts, terms: hashOf(row!.termsText) })
  cx.audit('contract.offer', ['contract', row!.id], { by: 'buyer', lapsesAt: row!.lapsesAt })
  cx.emit('contracts.contract-offered', { contractId: row!.id })
  return row!
}

const hashOf = (value: string) => createHash('sha256').update(value).digest('hex')

/**
 * The side whose turn it is proposes other terms, within the few that may differ from the model; each difference is
 * listed as a deviation. @throws not-found, state-conflict, invalid-input.
 */
export async function counterContract(cx: Cx, id: string, changes: TermChanges, note?: string): Promise<ContractRow> {
  const organizationId = requireOrganization(cx.actor)
  const row = await lockContract(cx, id)
  const side = sideOf(row, organizationId)
  const move = row.state === 'countered' ? 'counterBack' : 'counter'
  nextState(contractMachine, row.state as ContractState, move)
  requireTurn(row.state as ContractState, side)
  const errors = changeErrors(row.modelTerms, row.terms, changes)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const terms: Terms = applyChanges(row.terms, changes)
  const template = await modelContractOf(row.templateCode, row.templateVersion)
  const invalid = template.validate(terms)
  if (invalid.length > 0) throw refuseTerms(invalid)
  const rules = rulesAt(cx.now)
  const after = await moveContract(cx, row, move, {
    terms,
    termsText: canonicalJson(terms),
    deviations: deviationsOf(row.modelTerms, terms),
    amountFen: BigInt(terms.price.amountFen),
    lapsesAt: deadline(cx.now, rules.clocks.negotiation, rules),
  })
  const [last] = await cx.tx
    .select({ round: sql<number>`max(${proposal.round})::int` })
    .from(proposal)
    .where(eq(proposal.contractId, id))
  await addProposal(cx, after, last!.round + 1, side, note)
  cx.audit('contract.counter', ['contract', id], {
    by: side,
    terms: hashOf(after.termsText),
    deviations: after.deviations,
    rulePack: rules.ref,
  })
  cx.emit('contracts.contract-countered', { contractId: id, side })
  return after
}

/**
 * Nobody concludes on what is suspended or delisted meanwhile. A new price does not matter: the terms name their own.
 * @throws not-listed
 */
async function requireListed(cx: Cx, row: ContractRow): Promise<void> {
  try {
    await offerOf(cx, row.productId, row.planId)
  } catch (error) {
    if (!(error instanceof Problem && error.type.slug === 'price-changed')) throw error
  }
}

/**
 * The side whose turn it is accepts the terms on the table. The text is rendered and frozen; its SHA-256 is what both
 * sides sign. @throws not-found, state-conflict, not-listed, rule-violated (a side unverified, the template changed).
 */
export async function agreeContract(cx: Cx, id: string): Promise<ContractRow> {
  const organizationId = requireOrganization(cx.actor)
  const row = await lockContract(cx, id)
  const side = sideOf(row, organizationId)
  nextState(contractMachine, row.state as ContractState, 'agree')
  requireTurn(row.state as ContractState, side)
  requireVerified(await organizationOf(cx, row.vendorId), await organizationOf(cx, row.buyerId))
  await requireListed(cx, row)
  await requireReleased(cx, row.dataVersionId, 'contract')
  const template = await modelContractOf(row.templateCode, row.templateVersion)
  if (template.hash !== row.templateHash)
    throw ruleViolated(
      text(
        '合同模板的内容与起草时不一致，请撤回后重新发起。',
        'The template is not the one it was drafted from; withdraw and ask again.',
      ),
    )
  const rules = rulesAt(cx.now)
  const body = await renderText(cx, row, 'zh-CN')
  const after = await moveContract(cx, row, 'agree', {
    body,
    textHash: textHash(body),
    agreedAt: cx.now,
    lapsesAt: deadline(cx.now, rules.clocks.signature, rules),
  })
  cx.audit('contract.agree', ['contract', id], {
    by: side,
    textHash: after.textHash,
    terms: hashOf(after.termsText),
    deviations: after.deviations,
    rulePack: rules.ref,
  })
  cx.emit('contracts.contract-agreed', { contractId: id, side })
  return after
}

/** The contract's text from its terms as they stand. */
export async function renderText(
  rx: Rx,
  row: Pick<ContractRow, 'templateCode' | 'templateVersion' | 'terms' | 'number'>,
  language: 'zh-CN' | 'en',
): Promise<string> {
  const template = await modelContractOf(row.templateCode, row.templateVersion)
  const operator = await operatorOrganization(rx)
  return template.render(language, {
    terms: row.terms,
    contract: { number: row.number },
    exchange: { name: operator.nameZh },
  })
}

/**
 * A party gives the negotiation up. Who has signed is bound until the other side signs or the time runs out, so then
 * only the other side may withdraw. @throws not-found, state-conflict.
 */
export async function withdrawContract(cx: Cx, id: string, reason: string): Promise<ContractRow> {
  const organizationId = requireOrganization(cx.actor)
  const row = await lockContract(cx, id)
  const side = sideOf(row, organizationId)
  nextState(contractMachine, row.state as ContractState, 'withdraw')
  const signed = await cx.sql`
    select 1 from contracts.contract_signature where contract_id = ${id} and side = ${side}`
  if (signed.length > 0)
    throw conflict(
      text(
        '本方已经签署，在对方签署或期限届满前不能撤回。',
        'Your side has signed; it is bound until the other side signs or the time runs out.',
      ),
    )
  const after = await moveContract(cx, row, 'withdraw', { reason, endedAt: cx.now, lapsesAt: null })
  cx.audit('contract.withdraw', ['contract', id], { by: side, reason })
  cx.emit('contracts.contract-lapsed', { contractId: id })
  return after
}

/** The time for the next step ran out: the contract never came to be. Run by the timer. */
export async function lapseContract(cx: Cx, id: string): Promise<void> {
  const row = await lockContract(cx, id)
  if (row.lapsesAt === null || row.lapsesAt > cx.now) throw new NotDue()
  await moveContract(cx, row, 'lapse', { reason: 'timeout', endedAt: cx.now, lapsesAt: null })
  cx.audit('contract.lapse', ['contract', id], { from: row.state, lapsedAt: row.lapsesAt })
  cx.emit('contracts.contract-lapsed', { contractId: id })
}

/** Ids of contracts whose time has run out. */
export async function lapsingContracts(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from contracts.contract
    where lapses_at <= ${rx.now.toISOString()}::timestamptz
      and state in ('negotiating', 'countered', 'agreed', 'partly_signed')
    order by lapses_at limit 200`
  return rows.map(row => row.id)
}
