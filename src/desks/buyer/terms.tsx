import { type Text, text } from '../../kernel/text.ts'
import { isGratis } from '../../modules/catalog/index.ts'
import type { Deviation, Terms } from '../../modules/contracts/index.ts'
import { useWords } from '../../web/context.ts'
import { Count, Facts, Money, Table } from '../../web/parts.tsx'
import { PlanPrice } from '../price.tsx'

const rightsKinds: Readonly<Record<string, Text>> = {
  holding: text('数据持有权', 'Holding right'),
  use: text('数据使用权', 'Use right'),
  operating: text('数据经营权', 'Operating right'),
}
const disputeMethods: Readonly<Record<string, Text>> = {
  court: text('诉讼', 'Court'),
  arbitration: text('仲裁', 'Arbitration'),
}

const workingDays = (days: number): Text => text(`${days} 个工作日`, `${days} working ${days === 1 ? 'day' : 'days'}`)

/** Months of a grant; the longest term stands for one without end. */
const monthsOf = (months: number): Text =>
  months >= 1200
    ? text('不限期', 'Without end')
    : text(`${months} 个月，自交付之日起`, `${months} months from delivery`)

/** How long the grant lasts, by the kind of plan. */
function termOf({ price, rights }: Terms): Text {
  if (price.planKind === 'trial')
    return text(`自开通之日起 ${price.trialDays} 天`, `${price.trialDays} days from opening`)
  if (price.planKind !== 'subscription') return monthsOf(rights.termMonths)
  return rights.termMonths >= 1200
    ? text('已付款的各期', 'The periods that are paid')
    : text(
        `已付款的各期，累计不超过 ${rights.termMonths} 个月`,
        `The periods that are paid, ${rights.termMonths} months at most`,
      )
}

const yesNo = (value: boolean, yes: Text, no: Text): Text => (value ? yes : no)

const exclusive = text('排他', 'exclusive')
const open = text('非排他', 'non-exclusive')
const mayPassOn = text('可再许可', 'may sublicense')
const mayNotPassOn = text('不得再许可', 'no sublicensing')

/** What only a subscription or a trial agrees. */
function planTerms({ planKind, noticeDays, graceDays }: Terms['price']): readonly (readonly [Text, Text])[] {
  if (planKind === 'trial')
    return [
      [text('结束', 'End'), text('到期自动终止，不收费；每家需方一次', 'By itself, at no charge; once for each buyer')],
    ]
  if (planKind !== 'subscription') return []
  return [
    [
      text('续订', 'Renewal'),
      text(
        `按期自动续订，续订前 ${noticeDays} 天提示，可以取消`,
        `By itself; you are told ${noticeDays} days before and may cancel`,
      ),
    ],
    [
      text('续订付款', 'Paying a renewal'),
      text(`该期首日起 ${graceDays} 天内，逾期终止`, `Within ${graceDays} days of its first day, else it ends`),
    ],
    [
      text('划付', 'Payout'),
      text('每期届满后划付供方；提前终止退还剩余天数', 'After each period; unused days go back'),
    ],
  ]
}

/** What a contract comes to, in a few lines: money, periods, rights, uses. */
export function TermFacts({ of: terms }: { of: Terms }) {
  const t = useWords()
  const { rights, price, acceptance } = terms
  const isFree = isGratis(price.planKind)
  return (
    <Facts
      of={[
        [
          t(text('价款', 'Price')),
          <PlanPrice
            key="price"
            of={{ ...price, kind: price.planKind, amountFen: BigInt(price.amountFen) }}
            freeWords={text('无偿', 'Free')}
          />,
        ],
        ...planTerms(price).map(([label, value]) => [t(label), t(value)] as const),
        !isFree && [
          t(text('付款', 'Payment')),
          t(workingDays(terms.payment.dueWorkingDays)) + t(text('内付至托管账户', ' to pay into escrow')),
        ],
        [
          t(text('交付', 'Delivery')),
          t(workingDays(terms.delivery.dueWorkingDays)) + t(text('内下载交付', ' by download')),
        ],
        [
          t(text('验收', 'Acceptance')),
          t(workingDays(acceptance.periodWorkingDays)) +
            t(
              yesNo(
                acceptance.isSilenceAcceptance,
                text('，逾期视为合格', '; silence counts as acceptance'),
                text('，沉默不视为合格', '; silence does not count as acceptance'),
              ),
            ),
        ],
        [
          t(text('验收标准', 'Standard')),
          <span key="standard" lang="zh-CN">
            {acceptance.standard}
          </span>,
        ],
        [
          t(text('授权', 'Rights')),
          [
            t(rightsKinds[rights.kind] ?? text(rights.kind, rights.kind)),
            t(yesNo(rights.isExclusive, exclusive, open)),
            t(yesNo(rights.maySublicense, mayPassOn, mayNotPassOn)),
          ].join(t(text('，', ', '))),
        ],
        [t(text('授权期限', 'Term')), t(termOf(terms))],
        [
          t(text('授权地域', 'Area')),
          <span key="area" lang="zh-CN">
            {rights.area}
          </span>,
        ],
        [
          t(text('争议解决', 'Disputes')),
          `${t(disputeMethods[terms.dispute.method] ?? text(terms.dispute.method, terms.dispute.method))} · ${terms.dispute.place}`,
        ],
      ]}
    />
  )
}

/** What is traded: the data that the contract names by their digest. */
export function GoodsFacts({ of: terms }: { of: Terms }) {
  const t = useWords()
  const { product } = terms
  const { fromOn, toOn, area } = product.coverage
  return (
    <Facts
      of={[
        [t(text('产品编号', 'Product number')), <code key="number">{product.number}</code>],
        [t(text('版本', 'Version')), product.version],
        [
          t(text('数据量', 'Size')),
          <>
            <Count of={product.rows} /> {t(text('行', 'rows'))} · {product.format.toUpperCase()}
          </>,
        ],
        fromOn !== undefined && [t(text('时间范围', 'Period')), `${fromOn} – ${toOn ?? ''}`],
        area !== undefined && [
          t(text('空间范围', 'Places')),
          <span key="area" lang="zh-CN">
            {area}
          </span>,
        ],
        [t(text('内容摘要', 'SHA-256')), <code key="hash">{product.contentHash}</code>],
      ]}
    />
  )
}

/** Terms that may be negotiated, by their place: what they are called, and how their value reads. */
const negotiable: Readonly<Record<string, { readonly words: Text; readonly show: (value: unknown) => Text | bigint }>> =
  {
    '/scenario': { words: text('应用场景', 'Scenario'), show: value => text(String(value), String(value)) },
    '/prohibitedUses': {
      words: text('禁止用途', 'Prohibited uses'),
      show: value => text((value as string[]).join('；'), (value as string[]).join('; ')),
    },
    '/price/amountFen': { words: text('价款', 'Price'), show: value => BigInt(String(value)) },
    '/payment/dueWorkingDays': { words: text('付款期限', 'Time to pay'), show: value => workingDays(Number(value)) },
    '/delivery/dueWorkingDays': {
      words: text('交付期限', 'Time to deliver'),
      show: value => workingDays(Number(value)),
    },
    '/acceptance/periodWorkingDays': {
      words: text('验收期', 'Acceptance period'),
      show: value => workingDays(Number(value)),
    },
    '/dispute/method': {
      words: text('争议解决方式', 'Dispute resolution'),
      show: value => disputeMethods[String(value)] ?? text(String(value), String(value)),
    },
    '/dispute/place': {
      words: text('争议解决地', 'Place of disputes'),
      show: value => text(String(value), String(value)),
    },
  }

const at = (terms: Terms, pointer: string): unknown =>
  pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], terms)

/** What one set of terms changes in another, as deviations. */
export const changesBetween = (before: Terms, after: Terms): Deviation[] =>
  Object.keys(negotiable).flatMap(pointer => {
    const [model, agreed] = [JSON.stringify(at(before, pointer)), JSON.stringify(at(after, pointer))]
    return model === agreed ? [] : [{ pointer, model, agreed }]
  })

function Value({ pointer, json }: { pointer: string; json: string }) {
  const t = useWords()
  const shown = negotiable[pointer]!.show(JSON.parse(json))
  return typeof shown === 'bigint' ? <Money fen={shown} /> : <span>{t(shown)}</span>
}

/** Terms beside each other: as they were and as they are now, marked as deleted and inserted. */
export function Changes({ of, before, after }: { of: readonly Deviation[]; before: Text; after: Text }) {
  const t = useWords()
  return (
    <Table
      head={[t(text('条款', 'Term')), t(before), t(after)]}
      rows={of
        .filter(({ pointer }) => negotiable[pointer])
        .map(({ pointer, model, agreed }) => [
          t(negotiable[pointer]!.words),
          <del key="before">
            <Value pointer={pointer} json={model} />
          </del>,
          <ins key="after">
            <Value pointer={pointer} json={agreed} />
          </ins>,
        ])}
    />
  )
}
