import { text } from '../../kernel/text.ts'
import { isGratis } from '../../modules/catalog/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, Name } from '../../web/parts.tsx'
import { PlanPrice } from '../price.tsx'
import type { EditorView } from './editor.tsx'
import { Findings } from './findings.tsx'

type Plan = EditorView['draft']['plans'][number]

const kinds = [
  ['one-off', text('一次性付费', 'One-off')],
  ['subscription', text('订阅（按期付费）', 'Subscription (paid each period)')],
  ['trial', text('试用（免费，限时限次）', 'Trial (free, with limits)')],
  ['free', text('免费', 'Free')],
] as const

const periods = [
  ['month', text('每月', 'Each month')],
  ['quarter', text('每季', 'Each quarter')],
  ['year', text('每年', 'Each year')],
] as const

const yuanOf = (fen: bigint): string => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`

function SubscriptionFields({ plan, notice }: { plan?: Plan | undefined; notice: number }) {
  const t = useWords()
  return (
    <fieldset>
      <legend class="form-label">
        {t(plan ? text('订阅', 'Subscription') : text('仅订阅方案填写', 'For a subscription only'))}
      </legend>
      <Field
        name="period"
        kind="select"
        label={text('计费周期', 'Period')}
        options={periods}
        value={plan?.period ?? ''}
        hint={text('金额为每期价款；每期届满后划付', 'The amount is for each period and is paid out when it is over')}
      />
      <Field
        name="noticeDays"
        kind="number"
        label={text('续订前提示天数（可选）', 'Days of notice before a renewal (optional)')}
        value={plan?.noticeDays ? String(plan.noticeDays) : ''}
        hint={text(`不填为 ${notice} 天，最多 60 天`, `${notice} when left out; at most 60`)}
      />
    </fieldset>
  )
}

function TrialFields({ plan }: { plan?: Plan | undefined }) {
  const t = useWords()
  return (
    <fieldset>
      <legend class="form-label">{t(plan ? text('试用', 'Trial') : text('仅试用方案填写', 'For a trial only'))}</legend>
      <Field
        name="trialDays"
        kind="number"
        label={text('试用天数', 'Days')}
        value={plan?.trialDays ? String(plan.trialDays) : ''}
        hint={text(
          '到期自动终止；每家需方对同一产品只能试用一次',
          'It ends by itself; each buyer has one trial of a product',
        )}
      />
      <Field
        name="trialDownloads"
        kind="number"
        label={text('下载次数', 'Downloads')}
        value={plan?.trialDownloads ? String(plan.trialDownloads) : ''}
      />
    </fieldset>
  )
}

const Amount = ({ plan }: { plan?: Plan | undefined }) => (
  <Field
    name="amountFen~yuan"
    label={text('金额（元）', 'Amount in yuan')}
    inputMode="decimal"
    value={plan && plan.amountFen > 0n ? yuanOf(plan.amountFen) : ''}
    hint={text('免费和试用方案不填；最多两位小数', 'None for a free plan or a trial; at most two decimals')}
  />
)

/** A plan that exists keeps its kind, so that only what this kind has is asked; a new one chooses. */
function PlanFields({ plan, notice }: { plan?: Plan; notice: number }) {
  const has = (kind: Plan['kind']) => plan === undefined || plan.kind === kind
  return (
    <>
      {plan ? (
        <input type="hidden" name="kind" value={plan.kind} />
      ) : (
        <Field name="kind" kind="select" label={text('方式', 'Kind')} options={kinds} value="one-off" isRequired />
      )}
      {(!plan || !isGratis(plan.kind)) && <Amount plan={plan} />}
      {has('subscription') && <SubscriptionFields plan={plan} notice={notice} />}
      {has('trial') && <TrialFields plan={plan} />}
      <Field
        name="nameZh"
        label={text('方案名称（可选）', 'Name of the plan (optional)')}
        maxLength={60}
        value={plan?.nameZh ?? ''}
      />
    </>
  )
}

/** One price with the forms that replace it or take it away. */
function PlanRow({ view, plan }: { view: EditorView; plan: Plan }) {
  const t = useWords()
  const { can } = useReader()
  const { id } = view.draft.product
  const here = `/vendor/products/${id}#price`
  return (
    <li class="plan">
      <p class="mb-1">
        <strong>
          <Name zh={plan.nameZh} en={plan.nameEn} />
        </strong>{' '}
        <PlanPrice of={plan} />
      </p>
      <div class="row-gap">
        {can('product.price') && (
          <details>
            <summary>{t(text('改价', 'Change'))}</summary>
            <Form to={`POST /products/${id}/price?plan=${plan.code}`} then={here}>
              <input type="hidden" name="code" value={plan.code} />
              <PlanFields plan={plan} notice={view.rules.periods.subscriptionNotice.days} />
              <Submit tone="plain">{t(text('保存价格', 'Save the price'))}</Submit>
            </Form>
          </details>
        )}
        {can('product.unprice') && (
          <Confirm
            tone="plain"
            label={text('取消此方案', 'Take this plan away')}
            consequence={text(
              '取消后需方不能再按此方案购买；已签订的合同不受影响。',
              'Nobody can buy by this plan any more; contracts that were made go on.',
            )}
          >
            <Form to={`POST /products/${id}/unprice?plan=${plan.code}`} then={here}>
              <input type="hidden" name="code" value={plan.code} />
              <Submit tone="plain">{t(text('确认取消', 'Take it away'))}</Submit>
            </Form>
          </Confirm>
        )}
      </div>
    </li>
  )
}

/** A code for one plan more: people never see it. */
function freeCode(plans: readonly Plan[]): string {
  const used = new Set(plans.map(plan => plan.code))
  if (!used.has('standard')) return 'standard'
  let n = 2
  while (used.has(`plan-${n}`)) n += 1
  return `plan-${n}`
}

/** The prices of a product: kept at once, without a review (domain 5.1). */
export function PlanSection({ view }: { view: EditorView }) {
  const t = useWords()
  const { can } = useReader()
  const { product, plans } = view.draft
  const { platformRate } = view.rules.fees
  return (
    <Card title={t(text('价格方案', 'Price plans'))} id="price">
      <p class="form-hint mb-3">
        {t(
          text(
            `价格单独保存，改价不需要重新审核。成交后平台按 ${platformRate.ppm / 10_000}% 收取服务费，其余结算给您。`,
            `Prices are saved by themselves and need no review. The exchange keeps ${platformRate.ppm / 10_000}% of what is sold; the rest is yours.`,
          ),
        )}
      </p>
      <Findings view={view} pointer="/plans" />
      {plans.length > 0 && (
        <ul class="plain-list">
          {plans.map(plan => (
            <PlanRow key={plan.code} view={view} plan={plan} />
          ))}
        </ul>
      )}
      {can('product.price') && (
        <details open={plans.length === 0}>
          <summary>{t(text('添加价格方案', 'Add a price plan'))}</summary>
          <Form to={`POST /products/${product.id}/price`} then={`/vendor/products/${product.id}#price`}>
            <input type="hidden" name="code" value={freeCode(plans)} />
            <PlanFields notice={view.rules.periods.subscriptionNotice.days} />
            <Submit tone="plain">{t(text('添加', 'Add'))}</Submit>
          </Form>
        </details>
      )}
    </Card>
  )
}
