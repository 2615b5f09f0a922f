import { eq, inArray } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { formatYuan } from '../../kernel/money.ts'
import { notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { ordersToMatch, type SeenOrder } from '../orders/index.ts'
import { type Meeting, meet } from './model.ts'
import { statementLine, trade } from './schema.ts'
import { heldFen } from './trades.ts'

/** An order that a payment may be meant for, and why; the person decides. */
export interface Suggestion {
  readonly order: SeenOrder
  /** 0–100: how much speaks for it */
  readonly score: number
  readonly reasons: readonly Text[]
  /** what is left to pay, in fen */
  readonly openFen: bigint
  /** what matching would mean */
  readonly move: Meeting['move']
}

/** The three things that are compared, with how much each can speak for an order. */
const weights = { amount: 45, reference: 35, payer: 20 } as const

const plain = (value: string): string =>
  value
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-()（）·,，.。]/g, '')

/** Edits between a needle and the part of a text that is most like it. */
export function nearest(needle: string, within: string): number {
  let row = Array.from({ length: within.length + 1 }, () => 0)
  for (let i = 1; i <= needle.length; i++) {
    const next = [i]
    for (let j = 1; j <= within.length; j++) {
      const swap = row[j - 1]! + (needle[i - 1] === within[j - 1] ? 0 : 1)
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return Math.min(...row)
}

const pairs = (value: string): string[] => [...value].slice(1).map((c, i) => `${[...value][i]}${c}`)

/** How alike two names are, 0–1, by the pairs of neighbouring characters that they share. */
export function likeness(a: string, b: string): number {
  const [left, right] = [pairs(plain(a)), pairs(plain(b))]
  if (left.length + right.length === 0) return plain(a) !== '' && plain(a) === plain(b) ? 1 : 0
  const rest = [...right]
  const shared = left.filter(pair => {
    const at = rest.indexOf(pair)
    if (at >= 0) rest.splice(at, 1)
    return at >= 0
  })
  return (2 * shared.length) / (left.length + right.length)
}

interface Judged {
  readonly points: number
  readonly reason: Text | undefined
}
const nothing: Judged = { points: 0, reason: undefined }

function judgeAmount(amountFen: bigint, openFen: bigint, isPaid: boolean): Judged {
  const [paid, open] = [formatYuan(amountFen), formatYuan(openFen)]
  const full = weights.amount
  if (isPaid)
    return {
      points: full / 3,
      reason: text(
        `与已付订单金额相同（${paid} 元），可能重复付款`,
        `the same amount (CNY ${paid}) was paid already: maybe paid twice`,
      ),
    }
  if (amountFen === openFen)
    return { points: full, reason: text(`金额与应付款一致（${paid} 元）`, `the amount is what is due (CNY ${paid})`) }
  const gap = amountFen > openFen ? amountFen - openFen : openFen - amountFen
  if (gap * 100n <= openFen)
    return {
      points: full * 0.6,
      reason: text(
        `金额与应付款相差不到 1%（应付 ${open} 元）`,
        `the amount is within 1% of what is due (CNY ${open})`,
      ),
    }
  if (amountFen < openFen && openFen % amountFen === 0n)
    return {
      points: full * 0.25,
      reason: text(`可能是分期付款（应付 ${open} 元）`, `maybe a part of what is due (CNY ${open})`),
    }
  return nothing
}

function judgeReference(code: string, remark: string): Judged {
  const typed = plain(remark)
  if (typed === '') return nothing
  if (typed.includes(code))
    return { points: weights.reference, reason: text(`附言含参考码 ${code}`, `the remark has the reference ${code}`) }
  const edits = nearest(code, typed)
  if (edits <= 3)
    return {
      points: weights.reference * (1 - edits / 5),
      reason: text(
        `附言与参考码 ${code} 仅差 ${edits} 个字符`,
        `the remark is ${edits} character(s) away from the reference ${code}`,
      ),
    }
  const tail = code.slice(-5)
  if (typed.includes(tail))
    return {
      points: weights.reference * 0.4,
      reason: text(`附言含参考码末位 ${tail}`, `the remark has the reference's end ${tail}`),
    }
  return nothing
}

function judgePayer(payerName: string, buyerName: string): Judged {
  const alike = likeness(payerName, buyerName)
  if (plain(payerName) === plain(buyerName) && payerName !== '')
    return { points: weights.payer, reason: text('付款人与需方同名', 'the payer has the name of the buyer') }
  if (alike < 0.5) return nothing
  const percent = Math.round(alike * 100)
  return {
    points: weights.payer * alike * 0.8,
    reason: text(
      `付款人名称与需方“${buyerName}”相似（${percent}%）`,
      `the payer's name is ${percent}% like the buyer's, ${buyerName}`,
    ),
  }
}

/** The line as it is compared. */
export interface Payment {
  readonly amountFen: bigint
  readonly remark: string
  readonly payerName: string
}

/** How much speaks for an order: amount, reference, payer; each in words. */
export function judge(line: Payment, seen: SeenOrder, paidFen: bigint): Suggestion {
  const { row, buyerName } = seen
  const isPaid = row.state !== 'awaiting_payment'
  const openFen = isPaid ? 0n : row.amountFen - paidFen
  const judged = [
    judgeAmount(line.amountFen, openFen, isPaid),
    judgeReference(row.referenceCode, line.remark),
    judgePayer(line.payerName, buyerName),
  ]
  return {
    order: seen,
    score: Math.round(judged.reduce((sum, { points }) => sum + points, 0)),
    reasons: judged.flatMap(({ reason }) => reason ?? []),
    openFen,
    move: meet(row, paidFen, line.amountFen).move,
  }
}

/** Most that are shown; fewer than this speak for nothing. */
const shown = 8
const least = 12

/** Orders that a line in suspense may pay, the likeliest first. @throws not-found */
export async function suggestMatches(rx: Rx, lineId: string): Promise<Suggestion[]> {
  const [line] = await rx.tx.select().from(statementLine).where(eq(statementLine.id, lineId))
  if (!line) throw notFound()
  const candidates = await ordersToMatch(rx, line.amountFen)
  if (candidates.length === 0) return []
  const trades = await rx.tx
    .select()
    .from(trade)
    .where(
      inArray(
        trade.orderId,
        candidates.map(({ row }) => row.id),
      ),
    )
  const paid = new Map(trades.map(row => [row.orderId, heldFen(row)]))
  return candidates
    .map(seen => judge(line, seen, paid.get(seen.row.id) ?? 0n))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score || (a.order.row.id < b.order.row.id ? 1 : -1))
    .slice(0, shown)
}
