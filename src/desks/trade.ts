import { Type } from 'typebox'
import type { Rx } from '../kernel/command.ts'
import { type Route, raw, read } from '../kernel/http/route.ts'
import { notFound } from '../kernel/problem.ts'
import { text } from '../kernel/text.ts'
import { closed, Id, Instant, nullable } from '../kernel/wire.ts'
import { readContract } from '../modules/contracts/index.ts'
import { ordersOfContract, subscriptionOfContract } from '../modules/orders/index.ts'
import { filingOf, registrationOf } from '../modules/registration/index.ts'
import { type Entry, entriesOf, proofOf } from '../modules/transparency/index.ts'

const Params = closed({ id: Id })

const TradeShape = Type.Object({
  contract: Type.Object({ id: Id, number: Type.String(), state: Type.String(), productName: Type.String() }),
  registration: nullable(Type.Object({ id: Id, number: nullable(Type.String()), state: Type.String() })),
  filing: nullable(Type.Object({ id: Id, number: nullable(Type.String()), state: Type.String() })),
  order: nullable(Type.Object({ id: Id, number: Type.String(), state: Type.String() })),
  timeline: Type.Array(
    Type.Object({
      at: Instant,
      action: Type.String(),
      subject: Type.String(),
      auditId: Id,
      leafHash: Type.String(),
      logIndex: nullable(Type.Integer()),
      proof: nullable(Type.String()),
    }),
  ),
})

/** The parts of a trade that the actor may know of: contract, registration, filing, orders (of a subscription several). @throws not-found */
async function partsOf(rx: Rx, contractId: string) {
  const contract = await readContract(rx, contractId)
  const registration = await registrationOf(rx, contractId)
  const filing = await filingOf(rx, contractId)
  const orders = await ordersOfContract(rx, contractId)
  const subscription = await subscriptionOfContract(rx, contractId)
  return { contract, registration, filing, order: orders[0], orders, subscription }
}

/** Everything that was decided about a trade, oldest first, each with its place in the log. */
async function timelineOf(rx: Rx, parts: Awaited<ReturnType<typeof partsOf>>): Promise<Entry[]> {
  const subjects = [
    ['contract', parts.contract.id],
    ['registration', parts.registration?.id],
    ['filing', parts.filing?.id],
    ['subscription', parts.subscription?.row.id],
    ...parts.orders.map(({ id }) => ['order', id] as const),
  ] as const
  const entries: Entry[] = []
  for (const [kind, id] of subjects) if (id) entries.push(...(await entriesOf(rx, kind, id)))
  return entries.sort((a, b) => a.seq - b.seq)
}

async function readTrade(rx: Rx, contractId: string) {
  const parts = await partsOf(rx, contractId)
  const { contract, registration, filing, order } = parts
  const brief = <T extends { id: string; number: string | null; state: string }>(row: T) => ({
    id: row.id,
    number: row.number,
    state: row.state,
  })
  return {
    contract: { id: contract.id, number: contract.number, state: contract.state, productName: contract.productName },
    registration: registration ? brief(registration) : null,
    filing: filing ? brief(filing) : null,
    order: order ? { id: order.id, number: order.number, state: order.state } : null,
    timeline: (await timelineOf(rx, parts)).map(entry => ({
      at: entry.at.toISOString(),
      action: entry.action,
      subject: `${entry.subjectKind}/${entry.subjectId}`,
      auditId: entry.id,
      leafHash: entry.leafHash,
      logIndex: entry.index,
      proof: entry.index === null ? null : `${rx.kit.settings.publicUrl}/api/v1/audit-entries/${entry.id}/proof`,
    })),
  }
}

/** The proof of the trade's registration, or of its contract's effect while it is not registered. */
async function proofOfTrade(rx: Rx, contractId: string): Promise<{ proof: string; number: string }> {
  const parts = await partsOf(rx, contractId)
  const entries = await timelineOf(rx, parts)
  const last = (action: string) => entries.filter(entry => entry.action === action).at(-1)
  const entry = last('registration.register') ?? last('filing.file') ?? last('contract.seal')
  if (!entry) throw notFound(text('交易尚未登记或备案。', 'The trade is neither registered nor filed yet.'))
  return { proof: await proofOf(rx, entry.id), number: parts.contract.number }
}

export const routes: Route[] = [
  read({
    at: 'GET /trades/:id',
    operation: 'readTrade',
    permission: 'trade.read',
    tag: 'trades',
    summary: text('一笔交易的全貌（按合同）', 'A whole trade, by its contract'),
    params: Params,
    reply: TradeShape,
    run: (rx, { params }) => readTrade(rx, params.id),
  }),
  raw({
    at: 'GET /trades/:id/proof',
    operation: 'readTradeProof',
    permission: 'trade.read',
    tag: 'trades',
    summary: text('交易的日志存在证明', 'The inclusion proof of a trade (c2sp.org/tlog-proof)'),
    params: Params,
    produces: { type: 'text/plain', description: 'c2sp.org/tlog-proof@v1' },
    async handle(request, reply, { engine, actor }) {
      const { id } = request.params as { id: string }
      const { proof, number } = await engine.read(actor, rx => proofOfTrade(rx, id))
      return reply
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'private, no-cache')
        .header('content-disposition', `inline; filename="${number}.tlog-proof"`)
        .send(proof)
    },
  }),
]
