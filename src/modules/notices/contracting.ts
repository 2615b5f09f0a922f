import type { Cx } from '../../kernel/command.ts'
import type { Payload } from '../../kernel/events.ts'
import { signaturesOf, wantsApproval } from '../contracts/index.ts'
import { type Draft, type Hear, idIn, otherSide, type Side, type Trade, tradeOf } from './draft.ts'
import type { Kind, Params } from './words.ts'

const both: readonly Side[] = ['vendor', 'buyer']

const draft = (trade: Trade, side: Side, kind: Kind, more: Params = {}): Draft => ({
  kind,
  to: trade.idOf(side),
  subject: ['contract', trade.contract.id],
  href: `/contracts/${trade.contract.id}`,
  params: { ...trade.about(side), ...more },
})

const trade = (cx: Cx, payload: Payload) => tradeOf(cx, idIn(payload, 'contractId'))
const until = ({ contract: { lapsesAt } }: Trade): Params => ({ dueAt: lapsesAt?.toISOString() ?? null })

/** The answer of a side is awaited, unless it has been given meanwhile. */
const answer =
  (kind: Kind, sideOf: (payload: Payload) => Side): Hear =>
  async (cx, payload) => {
    const found = await trade(cx, payload)
    const side = sideOf(payload)
    const state = side === 'vendor' ? 'negotiating' : 'countered'
    return found.contract.state === state ? [draft(found, side, kind, until(found))] : []
  }

/** The signature of these sides is awaited; who wants a colleague's approval first is told that. */
async function toSign(cx: Cx, found: Trade, sides: readonly Side[], kind: Kind): Promise<Draft[]> {
  const { contract } = found
  if (contract.state !== 'agreed' && contract.state !== 'partly_signed') return []
  const signed = new Set((await signaturesOf(cx, contract.id)).map(signature => signature.side))
  const drafts: Draft[] = []
  for (const side of sides.filter(each => !signed.has(each))) {
    if (kind === 'contract.to-sign' && (await wantsApproval(cx, found.idOf(side), contract.amountFen)))
      drafts.push(draft(found, side, 'contract.to-approve', until(found)))
    drafts.push(draft(found, side, kind, until(found)))
  }
  return drafts
}

const told =
  (kind: Kind): Hear =>
  async (cx, payload) => {
    const found = await trade(cx, payload)
    const { reason } = found.contract
    // the machinery's own word for a period that ran out is no reason that a person gave
    const more = reason && reason !== 'timeout' ? { reason } : {}
    return both.map(side => draft(found, side, kind, more))
  }

export const contracting: Readonly<Record<string, Hear>> = {
  'contracts.contract-offered': answer('contract.offered', () => 'vendor'),
  'contracts.contract-countered': answer('contract.countered', ({ side }) => otherSide(side as Side)),
  'contracts.contract-agreed': async (cx, payload) => toSign(cx, await trade(cx, payload), both, 'contract.to-sign'),
  'contracts.contract-approved': async (cx, payload) =>
    toSign(cx, await trade(cx, payload), [payload.side as Side], 'contract.approved'),
  'contracts.contract-signed': async (cx, payload) =>
    toSign(cx, await trade(cx, payload), [otherSide(payload.side as Side)], 'contract.signed'),
  'contracts.contract-effective': told('contract.effective'),
  'contracts.contract-lapsed': told('contract.lapsed'),
  'contracts.contract-suspended': told('contract.suspended'),
  'contracts.contract-resumed': told('contract.resumed'),
  'contracts.contract-terminated': told('contract.terminated'),
  'contracts.contract-annulled': told('contract.annulled'),
  'contracts.contract-expired': told('contract.expired'),
}
