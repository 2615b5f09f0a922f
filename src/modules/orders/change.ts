import { eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { nextState } from '../../kernel/machine.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { sideOf } from './access.ts'
import { mayAct, type OrderAction, type OrderMove, orderMachine, type Side } from './model.ts'
import { type Order, order } from './schema.ts'

/** The rules in force now. */
export const packOf = (rx: Rx): RulePack => rulesAt(rx.now)

const sideNames: Record<Side, { zh: string; en: string }> = {
  buyer: text('需方', 'the buyer'),
  vendor: text('供方', 'the vendor'),
  operator: text('运营机构', 'the operator'),
  authority: text('主管部门', 'the authority'),
}

/** The order, locked until the transaction ends. @throws not-found, also for an order the actor may not see. */
export async function lockOrder(cx: Cx, id: string): Promise<Order> {
  const [row] = await cx.tx.select().from(order).where(eq(order.id, id)).for('update')
  if (!row || !sideOf(row, cx.actor)) throw notFound()
  return row
}

/** The order, locked, and the actor's side. @throws not-found; forbidden when the action belongs to another side. */
export async function lockFor(cx: Cx, id: string, action: OrderAction): Promise<{ row: Order; side: Side }> {
  const row = await lockOrder(cx, id)
  const side = sideOf(row, cx.actor)!
  if (cx.actor.kind === 'system' || mayAct(side, action)) return { row, side }
  const may = (['buyer', 'vendor', 'operator'] as const).filter(s => mayAct(s, action))
  throw forbidden(
    text(
      `此操作只能由${may.map(s => sideNames[s].zh).join('、')}办理。`,
      `Only ${may.map(s => sideNames[s].en).join(', ')} can do this.`,
    ),
  )
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

/** What a change leaves in the log beside the states. */
export interface Trace {
  /** audit action after `order.`; the move's own name when left out */
  readonly action?: string
  readonly facts?: Record<string, unknown>
}

/** Changes a locked order and records it under `order.<action>`; `from` and `to` tell the states in the timeline. */
export async function updateOrder(
  cx: Cx,
  row: Order,
  change: Partial<Order>,
  action: string,
  facts: Record<string, unknown>,
): Promise<Order> {
  const rulePack = packOf(cx).ref
  const [changed] = await cx.tx
    .update(order)
    .set({ ...change, rulePack, changedAt: cx.now })
    .where(eq(order.id, row.id))
    .returning()
  const { number, contractId, state: from } = row
  cx.audit(`order.${action}`, ['order', row.id], { number, contractId, from, to: changed!.state, rulePack, ...facts })
  return changed!
}

/** Makes one move of the life cycle on a locked order. @throws state-conflict */
export const moveOrder = async (
  cx: Cx,
  row: Order,
  move: OrderMove,
  change: Partial<Order> = {},
  { action = kebab(move), facts = {} }: Trace = {},
): Promise<Order> => updateOrder(cx, row, { ...change, state: nextState(orderMachine, row.state, move) }, action, facts)
