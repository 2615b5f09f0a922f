import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { conflict, type FieldError, invalidInput, notFound, ruleViolated } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { repriceIndex } from './indexing.ts'
import {
  isGratis,
  isPurchasable,
  leadPlan,
  type Plan,
  type PlanKind,
  type PlanPeriod,
  type PlanTerms,
  pendingStates,
  publishedStates,
} from './model.ts'
import { dataProduct, listing, type PlanRow, pricePlan } from './schema.ts'
import { currentPlans, type Draft, draftOf, ownProduct } from './service.ts'

constraintMeans('price_plan_one_current', () => conflict(text('价格方案刚被更改。', 'The plan was changed just now.')))

/** A price as the vendor gives it. */
export interface PlanInput {
  readonly code?: string | undefined
  readonly kind: PlanKind
  readonly amountFen?: number | undefined
  readonly period?: PlanPeriod | undefined
  readonly noticeDays?: number | undefined
  readonly trialDays?: number | undefined
  readonly trialDownloads?: number | undefined
  readonly nameZh?: string | undefined
  readonly nameEn?: string | undefined
}

const kindNames: Record<PlanKind, Text> = {
  free: text('免费', 'Free'),
  'one-off': text('一次性付费', 'One-off'),
  subscription: text('订阅', 'Subscription'),
  trial: text('试用', 'Trial'),
}
const periodNames: Record<PlanPeriod, Text> = {
  month: text('按月订阅', 'Monthly subscription'),
  quarter: text('按季订阅', 'Quarterly subscription'),
  year: text('按年订阅', 'Yearly subscription'),
}

/** Which plan terms a kind has, and which of them must be given. */
const termsOfKind: Record<PlanKind, Partial<Record<keyof PlanTerms, 'needed' | 'possible'>>> = {
  free: {},
  'one-off': {},
  subscription: { period: 'needed', noticeDays: 'possible' },
  trial: { trialDays: 'needed', trialDownloads: 'needed' },
}

const remedies: Record<keyof PlanTerms, Text> = {
  period: text('选择按月、按季或按年', 'choose month, quarter or year'),
  noticeDays: text('填写 1 至 60 的天数，或留空按规则办理', 'give 1 to 60 days, or leave it to the rules'),
  trialDays: text('填写 1 至 365 的天数', 'give 1 to 365 days'),
  trialDownloads: text('填写 1 至 1000 的次数', 'give 1 to 1000 downloads'),
}

function amountErrors({ kind, amountFen = 0 }: PlanInput): FieldError[] {
  const name = kindNames[kind]
  if (isGratis(kind))
    return amountFen === 0
      ? []
      : [
          {
            pointer: '/amountFen',
            message: text(`${name.zh}方案的金额应为 0`, `a plan of the kind ${kind} costs 0`),
            remedy: text('去掉金额，或改为付费方案', 'leave the amount out, or choose a plan that is paid'),
          },
        ]
  return amountFen > 0
    ? []
    : [
        {
          pointer: '/amountFen',
          message: text(`${name.zh}方案须有大于 0 的金额`, `a plan of the kind ${kind} needs an amount above 0`),
          remedy: text('以分为单位填写，如 100 元填 10000', 'give it in fen: 10000 is 100 yuan'),
        },
      ]
}

function termErrors(input: PlanInput, rules: RulePack): FieldError[] {
  const asked = termsOfKind[input.kind]
  const errors = (Object.keys(remedies) as (keyof PlanTerms)[]).flatMap((field): FieldError[] => {
    const isGiven = input[field] !== undefined
    if (isGiven && asked[field] === undefined)
      return [
        {
          pointer: `/${field}`,
          message: text(
            `${kindNames[input.kind].zh}方案没有这一项`,
            `a plan of the kind ${input.kind} has no such term`,
          ),
          remedy: text('删除此项', 'leave it out'),
        },
      ]
    if (!isGiven && asked[field] === 'needed')
      return [{ pointer: `/${field}`, message: text('未填写', 'is missing'), remedy: remedies[field] }]
    return []
  })
  const least = rules.periods.subscriptionNotice
  if (input.kind === 'subscription' && input.noticeDays !== undefined && input.noticeDays < least.days)
    errors.push({
      pointer: '/noticeDays',
      message: text(
        `不得少于 ${least.days} 天（${least.source.zh}）`,
        `must be ${least.days} or more (${least.source.en})`,
      ),
      remedy: text(`填写 ${least.days} 至 60，或留空`, `give ${least.days} to 60, or leave it out`),
    })
  return errors
}

/** The terms of a plan and its price. @throws invalid-input, each field with its remedy */
function checkedPlan(input: PlanInput, rules: RulePack): PlanTerms & { readonly amountFen: bigint } {
  const errors = [...amountErrors(input), ...termErrors(input, rules)]
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const { period = null, noticeDays = null, trialDays = null, trialDownloads = null } = input
  return { amountFen: BigInt(input.amountFen ?? 0), period, noticeDays, trialDays, trialDownloads }
}

const nameOf = ({ kind, period }: PlanInput): Text => (period ? periodNames[period] : kindNames[kind])

/** Locks the product for changes of its prices, which then happen one after the other. */
const lockProduct = (cx: Cx, id: string) => cx.tx.select().from(dataProduct).where(eq(dataProduct.id, id)).for('update')

const retire = (cx: Cx, plan: PlanRow) =>
  cx.tx.update(pricePlan).set({ isCurrent: false }).where(eq(pricePlan.id, plan.id))

const toPlans = (rows: readonly PlanRow[]): Plan[] => rows.map(row => ({ ...row, kind: row.kind as PlanKind }))

/** A product that is submitted or listed keeps a plan by which it can be bought. @throws rule-violated */
async function requirePurchasable(cx: Cx, id: string, rest: readonly { kind: string }[], pointer: string) {
  if (isPurchasable(rest)) return
  const needing = [...pendingStates.filter(state => state !== 'draft'), ...publishedStates]
  const [needed] = await cx.tx
    .select({ id: listing.id })
    .from(listing)
    .where(and(eq(listing.productId, id), inArray(listing.state, needing)))
    .limit(1)
  if (!needed) return
  throw ruleViolated(undefined, {
    errors: [
      {
        pointer,
        message: text('这是最后一个可购买的价格方案', 'this is the last price plan by which it can be bought'),
        remedy: text('先添加另一个方案，或先摘牌', 'add another plan first, or delist the product'),
      },
    ],
  })
}

/**
 * Sets a price of the own product. The plan of the same code is replaced by its next version; a listed product goes on
 * at the new price without a new review (domain 5.1). Contracts keep the plan they were made under.
 */
export async function priceProduct(cx: Cx, id: string, input: PlanInput): Promise<Draft> {
  const product = await ownProduct(cx, id)
  const checked = checkedPlan(input, rulesAt(cx.now))
  await lockProduct(cx, id)
  const plans = await currentPlans(cx, id)
  const before = leadPlan(toPlans(plans))
  const code = input.code ?? 'standard'
  await requirePurchasable(cx, id, [...plans.filter(plan => plan.code !== code), input], '/kind')
  const [newest] = await cx.tx
    .select()
    .from(pricePlan)
    .where(and(eq(pricePlan.productId, id), eq(pricePlan.code, code)))
    .orderBy(desc(pricePlan.version))
    .limit(1)
  if (newest?.isCurrent) await retire(cx, newest)
  const name = nameOf(input)
  const plan = {
    id: newId(),
    productId: id,
    code,
    version: (newest?.version ?? 0) + 1,
    kind: input.kind,
    ...checked,
    nameZh: input.nameZh?.trim() || name.zh,
    nameEn: input.nameEn?.trim() || name.en,
    isCurrent: true,
    createdBy: cx.actor.personId!,
    createdAt: cx.now,
  }
  await cx.tx.insert(pricePlan).values(plan)
  await repriceIndex(cx, id, before, leadPlan(toPlans(await currentPlans(cx, id)))!)
  const { createdBy: _, createdAt: __, ...record } = plan
  cx.audit('product.price', ['product', id], { number: product.number, plan: record })
  return draftOf(cx, id)
}

/** Takes a price away. @throws not-found, rule-violated for the last price of a product that is submitted or listed. */
export async function unpriceProduct(cx: Cx, id: string, code: string): Promise<Draft> {
  const product = await ownProduct(cx, id)
  await lockProduct(cx, id)
  const plans = await currentPlans(cx, id)
  const plan = plans.find(p => p.code === code)
  if (!plan) throw notFound(text(`没有价格方案“${code}”。`, `There is no price plan “${code}”.`))
  const rest = plans.filter(p => p.code !== code)
  await requirePurchasable(cx, id, rest, '/code')
  await retire(cx, plan)
  if (rest.length > 0) await repriceIndex(cx, id, leadPlan(toPlans(plans)), leadPlan(toPlans(rest))!)
  cx.audit('product.unprice', ['product', id], { number: product.number, code, version: plan.version })
  return draftOf(cx, id)
}
