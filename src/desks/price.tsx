import { type Text, text } from '../kernel/text.ts'
import type { PlanPeriod } from '../modules/catalog/index.ts'
import type { ContractFacts } from '../modules/contracts/index.ts'
import { useWords } from '../web/context.ts'
import { Money } from '../web/parts.tsx'

/** What a plan says of its price. */
export interface Priced {
  readonly kind: string
  readonly amountFen: bigint | number
  readonly period?: PlanPeriod | null | undefined
  readonly trialDays?: number | null | undefined
  readonly trialDownloads?: number | null | undefined
}

export const periodWords: Record<PlanPeriod, Text> = {
  month: text('月', 'month'),
  quarter: text('季', 'quarter'),
  year: text('年', 'year'),
}

/** A price as people read it: an amount, an amount for each period, free, or a trial with its limits. */
export function PlanPrice({ of: plan, freeWords = text('免费', 'Free') }: { of: Priced; freeWords?: Text }) {
  const t = useWords()
  if (plan.kind === 'free') return <span>{t(freeWords)}</span>
  if (plan.kind === 'trial')
    return (
      <span>
        {plan.trialDays
          ? t(
              text(
                `免费试用 ${plan.trialDays} 天，可下载 ${plan.trialDownloads} 次`,
                `Free trial: ${plan.trialDays} days, ${plan.trialDownloads} downloads`,
              ),
            )
          : t(text('免费试用', 'Free trial'))}
      </span>
    )
  return (
    <span>
      <Money fen={plan.amountFen} />
      {plan.period && <> / {t(periodWords[plan.period])}</>}
    </span>
  )
}

/** What a contract costs, as its plan has it. */
export function ContractPrice({ of: { plan, terms, amountFen } }: { of: ContractFacts }) {
  return <PlanPrice of={{ ...terms.price, kind: plan.kind, amountFen }} freeWords={text('无偿', 'Free')} />
}
