import type { Cx } from '../../kernel/command.ts'
import type { Payload } from '../../kernel/events.ts'
import { type FreezeState, readFreeze } from '../orders/index.ts'
import { type Draft, type Hear, idIn, operatorId, type Side, tradeOf } from './draft.ts'
import type { Kind } from './words.ts'

async function freezeOf(cx: Cx, payload: Payload) {
  const freeze = await readFreeze(cx, idIn(payload, 'freezeId'))
  return { freeze, trade: await tradeOf(cx, freeze.contractId) }
}

/** Reason and basis served on both parties and the operator, whatever has become of the freeze meanwhile. */
const served =
  (kind: Kind): Hear =>
  async (cx, payload) => {
    const { freeze, trade } = await freezeOf(cx, payload)
    const { reason, basis, liftReason } = freeze
    const why = kind === 'trade.frozen' ? `${reason}（${basis}）` : liftReason
    const draft = (side: Side, to: string): Draft => ({
      kind,
      to,
      subject: ['contract', freeze.contractId],
      href: `/freezes/${freeze.id}`,
      params: { ...trade.about(side), reason: why },
    })
    return [
      draft('vendor', trade.idOf('vendor')),
      draft('buyer', trade.idOf('buyer')),
      draft('buyer', await operatorId(cx)),
    ]
  }

/** A colleague of the authority confirms, as long as it waits for that. */
const confirming =
  (kind: Kind, state: FreezeState): Hear =>
  async (cx, payload) => {
    const { freeze, trade } = await freezeOf(cx, payload)
    if (freeze.state !== state) return []
    const reason = state === 'lifting' ? freeze.liftReason : freeze.reason
    return [
      {
        kind,
        to: freeze.organizationId,
        subject: ['freeze', freeze.id],
        href: `/freezes/${freeze.id}`,
        params: { ...trade.about('vendor'), reason },
      },
    ]
  }

export const freezing: Readonly<Record<string, Hear>> = {
  'orders.trade-frozen': served('trade.frozen'),
  'orders.trade-unfrozen': served('trade.unfrozen'),
  'orders.freeze-proposed': confirming('freeze.to-confirm', 'proposed'),
  'orders.lifting-proposed': confirming('freeze.to-lift', 'lifting'),
}
