import { and, asc, eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { nextState } from '../../kernel/machine.ts'
import { notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type LineMove, lineMachine } from './model.ts'
import { type StatementLine, statementLine } from './schema.ts'

/** A statement line, locked until the transaction ends. @throws not-found */
export async function lockLine(cx: Cx, id: string): Promise<StatementLine> {
  const [row] = await cx.tx.select().from(statementLine).where(eq(statementLine.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** Makes one move of a locked line and records it under `action`. @throws state-conflict */
export async function moveLine(
  cx: Cx,
  row: StatementLine,
  move: LineMove,
  change: Partial<StatementLine>,
  { action, facts = {} }: { action: string; facts?: Record<string, unknown> },
): Promise<StatementLine> {
  const state = nextState(lineMachine, row.state, move)
  const rulePack = rulesAt(cx.now).ref
  const [moved] = await cx.tx
    .update(statementLine)
    .set({ ...change, state, rulePack, changedAt: cx.now })
    .where(eq(statementLine.id, row.id))
    .returning()
  cx.audit(`statement-line.${action}`, ['statement-line', row.id], {
    bankSerial: row.bankSerial,
    amountFen: row.amountFen,
    from: row.state,
    to: state,
    rulePack,
    ...facts,
  })
  return moved!
}

/** Lines that paid a part of an order, locked. */
export const partialLines = (cx: Cx, orderId: string) =>
  cx.tx
    .select()
    .from(statementLine)
    .where(and(eq(statementLine.orderId, orderId), eq(statementLine.state, 'partial')))
    .orderBy(asc(statementLine.id))
    .for('update')

/** The order is paid in full: the parts that came before have found their rest. */
export async function completeParts(cx: Cx, orderId: string): Promise<void> {
  for (const part of await partialLines(cx, orderId))
    await moveLine(cx, part, 'complete', {}, { action: 'complete', facts: { orderId } })
}
