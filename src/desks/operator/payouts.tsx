import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { organizationsOf } from '../../modules/identity/index.ts'
import { orderLabels } from '../../modules/orders/index.ts'
import {
  type BatchRow,
  connectedAccountsToConfirm,
  listBankAccounts,
  listParked,
  listPayoutBatches,
  listPayouts,
  moneyWaiting,
  type OutlayRow,
  outlaysFor,
  type Payout,
  type PayoutState,
} from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Count, Empty, Moment, Money, Notice, Pager, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Accounts } from './accounts.tsx'
import { ConnectedAccounts } from './connected.tsx'
import { Parked } from './parked.tsx'
import { cutPage, deskTrail, StateTabs } from './parts.tsx'
import { Confirmed, Ordered, Ready, Stuck } from './paying.tsx'

const tabs = ['ready', 'ordered', 'stuck', 'accounts', 'confirmed', 'batches'] as const
type Tab = (typeof tabs)[number]

const tabWords: Record<Tab, Text> = {
  ready: text('待提交银行', 'To be ordered'),
  ordered: text('待复核确认', 'To be confirmed'),
  stuck: text('待处理', 'Stuck'),
  accounts: text('收款账户', 'Bank accounts'),
  confirmed: text('已付款', 'Paid'),
  batches: text('付款文件', 'Payment files'),
}

/** Payouts with what names them: the order, the organisation. */
export interface Named {
  readonly rows: readonly Payout[]
  readonly next: string | null
  readonly orders: ReadonlyMap<string, { readonly number: string }>
  readonly organizations: ReadonlyMap<string, { readonly nameZh: string; readonly nameEn: string | null }>
  readonly now: Date
  /** what the bank's statements say of payouts that wait for the bank */
  readonly outlays: ReadonlyMap<string, OutlayRow>
}

/** Payouts with the names of orders and organisations; a page of them where there are more. */
export async function named(rx: Rx, rows: readonly Payout[]): Promise<Named> {
  const { items, next } = cutPage(rows)
  const ids = (pick: (row: Payout) => string | null) => [...new Set(items.flatMap(row => pick(row) ?? []))]
  return {
    rows: items,
    next,
    orders: await orderLabels(
      rx,
      ids(row => row.orderId),
    ),
    organizations: await organizationsOf(
      rx,
      ids(row => row.organizationId),
    ),
    now: rx.now,
    outlays: await outlaysFor(rx, items),
  }
}

function Batches({ of, next }: { of: readonly BatchRow[]; next: string | null }) {
  const t = useWords()
  if (of.length === 0)
    return (
      <Empty title={t(text('还没有付款文件', 'No payment file yet'))} icon="file-export">
        {t(
          text(
            '在“待提交银行”中选择付款，生成文件后交给银行。',
            'Choose payouts under “To be ordered”; the file goes to the bank.',
          ),
        )}
      </Empty>
    )
  return (
    <>
      <Table
        head={[
          t(text('生成时间', 'Made')),
          t(text('笔数', 'Payouts')),
          t(text('金额', 'Amount')),
          t(text('文件', 'File')),
        ]}
        nums={[1, 2]}
        rows={of.map(row => [
          <Moment at={row.createdAt} />,
          <Count of={row.payoutCount} />,
          <Money fen={row.totalFen} />,
          <a href={`/api/v1/payout-batches/${row.id}/file`}>{t(text('下载 CSV', 'Download CSV'))}</a>,
        ])}
      />
      <Pager next={next} />
    </>
  )
}

async function contentOf(rx: Rx, tab: Tab, after: string | undefined) {
  const paging = after ? { after } : {}
  const of = async (state: PayoutState) => named(rx, await listPayouts(rx, { state, ...paging }))
  if (tab === 'ready') return <Ready of={await of('ready')} />
  if (tab === 'ordered') return <Ordered of={await of('ordered')} today={dayOf(rx.now)} />
  if (tab === 'confirmed') return <Confirmed of={await of('confirmed')} />
  if (tab === 'stuck') {
    const bounced = await listPayouts(rx, { state: 'bounced', limit: 100 })
    const waiting = await listPayouts(rx, { state: 'waiting', limit: 100 })
    const parked = await listParked(rx, { limit: 100 })
    return (
      <>
        {parked.length > 0 && <Parked of={parked} />}
        {(parked.length === 0 || bounced.length + waiting.length > 0) && (
          <Stuck of={{ ...(await named(rx, [])), ...(await all(rx, [...bounced, ...waiting])) }} />
        )}
      </>
    )
  }
  if (tab === 'accounts') {
    const rows = await listBankAccounts(rx, { state: 'submitted', limit: 100 })
    const connected = await connectedAccountsToConfirm(rx)
    const names = await organizationsOf(rx, [...new Set([...rows, ...connected].map(row => row.organizationId))])
    return (
      <>
        <ConnectedAccounts of={connected} names={names} now={rx.now} />
        {(rows.length > 0 || connected.length === 0) && <Accounts of={rows} names={names} now={rx.now} />}
      </>
    )
  }
  const { items, next } = cutPage(await listPayoutBatches(rx, paging))
  return <Batches of={items} next={next} />
}

/** Names for rows that are shown without pages. */
async function all(rx: Rx, rows: readonly Payout[]): Promise<Partial<Named>> {
  const orders = await orderLabels(rx, [...new Set(rows.flatMap(row => row.orderId ?? []))])
  const organizations = await organizationsOf(rx, [...new Set(rows.flatMap(row => row.organizationId ?? []))])
  return { rows, orders, organizations }
}

function Made({ id }: { id: string }) {
  const t = useWords()
  return (
    <Notice tone="good" title={t(text('付款文件已生成', 'The payment file is made'))}>
      <p class="mb-2">
        {t(
          text(
            '下载后导入网上银行付款；银行扣款后，由另一人凭回单逐笔确认。',
            'Download it and pay through your bank; once paid, another person confirms each by its receipt.',
          ),
        )}
      </p>
      <a class="btn btn-primary" href={`/api/v1/payout-batches/${id}/file`}>
        {t(text('下载付款文件（CSV）', 'Download the payment file (CSV)'))}
      </a>
    </Notice>
  )
}

export const payoutPages = [
  page({
    at: 'GET /operator/payouts',
    operation: 'showOperatorPayouts',
    permission: 'payout-batch.list',
    summary: text('付款', 'Payouts'),
    query: {
      tab: Type.Optional(Type.Union(tabs.map(tab => Type.Literal(tab)))),
      batch: Type.Optional(Id),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const waiting = await moneyWaiting(rx)
      const count = (kind: string) => waiting.find(each => each.kind === kind)?.count ?? 0
      const counts: Partial<Record<Tab, number>> = {
        ready: count('payout-batch.create') + count('payout-batch.create-refunds'),
        ordered: count('payout.confirm'),
        stuck: count('payout.retry') + count('intent.resume'),
        accounts: count('bank-account.confirm'),
      }
      const tab = query.tab ?? tabs.find(each => (counts[each] ?? 0) > 0) ?? 'ready'
      return {
        title: text('付款', 'Payouts'),
        trail: deskTrail(),
        lead: text(
          '把应付给供方和应退给付款人的钱交给银行；提交与确认由两人办理。',
          'Money owed to vendors and back to payers goes to the bank; two people order and confirm it.',
        ),
        body: (
          <>
            {query.batch && <Made id={query.batch} />}
            <StateTabs
              name="tab"
              at={tab}
              of={tabs.map(each => ({ state: each, words: tabWords[each], count: counts[each] }))}
            />
            {await contentOf(rx, tab, query.after)}
          </>
        ),
      }
    },
  }),
]
