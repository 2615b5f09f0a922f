import { and, asc, desc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { requireOrganization } from '../identity/index.ts'
import type { ContractState } from './model.ts'
import { mayRead, readable } from './reach.ts'
import { contract, contractSignature, proposal } from './schema.ts'
import type { Deviation, Terms } from './terms.ts'

type Row = typeof contract.$inferSelect
type SignatureRow = typeof contractSignature.$inferSelect

/** What later modules know of a contract. */
export interface ContractFacts {
  readonly id: string
  readonly number: string
  readonly state: ContractState
  readonly isDisputed: boolean
  readonly version: number
  readonly division: string
  readonly vendorDivision: string
  readonly buyerDivision: string
  readonly vendorId: string
  readonly buyerId: string
  readonly productId: string
  readonly productNumber: string
  readonly productName: string
  readonly productVersion: number
  readonly listingId: string
  readonly dataVersionId: string
  readonly plan: { readonly id: string; readonly version: number; readonly kind: string }
  readonly amountFen: bigint
  readonly sourceCategory: string
  readonly isPublicData: boolean
  readonly terms: Terms
  readonly termsText: string
  readonly deviations: readonly Deviation[]
  readonly templateCode: string
  readonly templateVersion: string
  readonly templateHash: string
  readonly textHash: string | null
  readonly pdfSha256: string | null
  readonly signatures: readonly SignatureRow[]
  readonly lapsesAt: Date | null
  readonly agreedAt: Date | null
  readonly effectiveAt: Date | null
  readonly endsOn: string | null
  readonly sealedAt: Date | null
  readonly endedAt: Date | null
  readonly reason: string | null
  readonly rulePack: string
  readonly createdAt: Date
}

const factsOf = (row: Row, signatures: readonly SignatureRow[]): ContractFacts => ({
  ...row,
  state: row.state as ContractState,
  plan: { id: row.planId, version: row.planVersion, kind: row.planKind },
  signatures,
})

/** A contract with its signatures, whoever asks: for later modules. @throws not-found */
export async function contractOf(rx: Rx, id: string): Promise<ContractFacts> {
  const [row] = await rx.tx.select().from(contract).where(eq(contract.id, id))
  if (!row) throw notFound()
  return factsOf(row, await signaturesOf(rx, id))
}

/** The signatures on a contract in the order they were given. */
export const signaturesOf = (rx: Rx, contractId: string) =>
  rx.tx
    .select()
    .from(contractSignature)
    .where(eq(contractSignature.contractId, contractId))
    .orderBy(asc(contractSignature.signedAt), asc(contractSignature.id))

/** What lists say of several contracts, by id, whoever asks: for later modules and pages that show own things. */
export async function contractsOf(rx: Rx, ids: readonly string[]): Promise<Map<string, ContractFacts>> {
  if (ids.length === 0) return new Map()
  const rows = await rx.tx
    .select()
    .from(contract)
    .where(inArray(contract.id, [...ids]))
  return new Map(rows.map(row => [row.id, factsOf(row, [])]))
}

/**
 * The contracts of the own organisation on one side that are not concluded yet, oldest first, with their signatures:
 * what must be answered or signed. At most 200.
 */
export async function openContracts(rx: Rx, side: 'vendor' | 'buyer'): Promise<ContractFacts[]> {
  const column = { vendor: contract.vendorId, buyer: contract.buyerId }[side]
  const rows = await rx.tx
    .select()
    .from(contract)
    .where(
      and(
        eq(column, requireOrganization(rx.actor)),
        inArray(contract.state, ['negotiating', 'countered', 'agreed', 'partly_signed']),
      ),
    )
    .orderBy(asc(contract.id))
    .limit(200)
  const signatures = await rx.tx
    .select()
    .from(contractSignature)
    .where(
      inArray(
        contractSignature.contractId,
        rows.map(row => row.id),
      ),
    )
  return rows.map(row =>
    factsOf(
      row,
      signatures.filter(signature => signature.contractId === row.id),
    ),
  )
}

/** The trial that the acting organisation has had of a product, or has asked for. */
export async function ownTrial(rx: Rx, productId: string): Promise<ContractFacts | undefined> {
  const [row] = await rx.tx
    .select()
    .from(contract)
    .where(
      and(
        eq(contract.buyerId, requireOrganization(rx.actor)),
        eq(contract.productId, productId),
        eq(contract.planKind, 'trial'),
        ne(contract.state, 'lapsed'),
      ),
    )
  return row && factsOf(row, [])
}

/** A contract for one who may know of it. @throws not-found, the same for a foreign one as for none. */
export async function readContract(rx: Rx, id: string): Promise<ContractFacts> {
  const facts = await contractOf(rx, id)
  if (!mayRead(rx.actor, facts)) throw notFound()
  return facts
}

/** The frozen Chinese text; null before `agree`. */
export async function frozenText(rx: Rx, id: string): Promise<string | null> {
  const [row] = await rx.tx.select({ body: contract.body }).from(contract).where(eq(contract.id, id))
  return row?.body ?? null
}

/** The terms that were put on the table, round by round. @throws not-found */
export async function listProposals(rx: Rx, id: string) {
  await readContract(rx, id)
  return rx.tx.select().from(proposal).where(eq(proposal.contractId, id)).orderBy(asc(proposal.round))
}

export interface ContractQuery {
  readonly state?: string
  /** one of several states: for pages that group them */
  readonly states?: readonly ContractState[]
  readonly side?: 'vendor' | 'buyer'
  readonly productId?: string
  readonly limit?: number
  readonly after?: string
}

/** A page of the contracts the actor may know of, newest first (ids carry the order). */
export async function listContracts(rx: Rx, query: ContractQuery) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)
  const own = rx.actor.organizationId ?? ''
  const bySide = { vendor: contract.vendorId, buyer: contract.buyerId }
  const rows = await rx.tx
    .select()
    .from(contract)
    .where(
      and(
        readable(rx.actor, contract),
        query.state ? eq(contract.state, query.state) : undefined,
        query.states && inArray(contract.state, [...query.states]),
        query.side ? eq(bySide[query.side], own) : undefined,
        query.productId ? eq(contract.productId, query.productId) : undefined,
        after && sql`${contract.id} < ${String(after[0])}::uuid`,
      ),
    )
    .orderBy(desc(contract.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.id],
    row => factsOf(row, []),
  )
}

/** How many contracts wait for one side, and the earliest instant at which one of them lapses. */
export interface ContractsWaiting {
  /** it is this side's turn to agree, counter or withdraw */
  readonly answer: { readonly count: number; readonly dueAt: Date | null }
  /** the text is agreed and this side has not signed */
  readonly sign: { readonly count: number; readonly dueAt: Date | null }
}

/** The contracts that wait for the acting organisation as vendor or as buyer. */
export async function contractsWaiting(rx: Rx, side: 'vendor' | 'buyer'): Promise<ContractsWaiting> {
  const own = rx.actor.organizationId ?? ''
  const turn = side === 'vendor' ? 'negotiating' : 'countered'
  const rows = await rx.sql<{ step: 'answer' | 'sign'; n: number; due_at: string | null }[]>`
    select case when c.state = ${turn} then 'answer' else 'sign' end as step, count(*)::int as n, min(c.lapses_at) as due_at
    from contracts.contract c
    where case when ${side} = 'vendor' then c.vendor_id else c.buyer_id end = ${own}::uuid
      and (c.state = ${turn} or c.state in ('agreed', 'partly_signed') and not exists (
        select from contracts.contract_signature s where s.contract_id = c.id and s.side = ${side}))
    group by 1`
  const of = (step: 'answer' | 'sign') => {
    const row = rows.find(each => each.step === step)
    return { count: row?.n ?? 0, dueAt: row?.due_at ? new Date(row.due_at) : null }
  }
  return { answer: of('answer'), sign: of('sign') }
}
