import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { downloadsLeft, entitlementMachine } from '../../modules/delivery/index.ts'
import { orderMachine } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Empty, Facts, Moment, Money, Name, Pager, State } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { ContractPrice } from '../price.tsx'
import { listPurchases, type Purchase } from './purchases.ts'
import { Download, isFetchable } from './receiving.tsx'
import { orderTones } from './standing.ts'
import { endingBefore } from './work.ts'

const isInvoiced = ({ seen: { row } }: Purchase): boolean =>
  row.paidAt !== null && row.amountFen > row.refundFen && !['refunding', 'refunded'].includes(row.state)

function Receipts({ of }: { of: NonNullable<Purchase['access']>['receipts'] }) {
  const t = useWords()
  if (of.length === 0) return <>—</>
  return (
    <>
      {of.map(({ row, pdfSha256 }) => (
        <div key={row.id}>
          {pdfSha256 ? <a href={`/api/v1/receipts/${row.id}/pdf`}>{row.number}</a> : row.number}
          {!pdfSha256 && ` ${t(text('（正在生成）', '(being made)'))}`}
        </div>
      ))}
    </>
  )
}

/** One thing that was bought: until when it may be used, when it was last fetched, its papers. */
function Bought({ of: purchase, now }: { of: Purchase; now: Date }) {
  const t = useWords()
  const { can } = useReader()
  const { contract, seen, access } = purchase
  const { row } = seen
  const right = access?.entitlement ?? null
  const left = right && downloadsLeft(right)
  const isEnding = right !== null && right.state === 'active' && right.endsAt < endingBefore(now)
  return (
    <Card
      title={
        <a href={`/orders/${row.id}`}>
          <Name zh={contract.productName} of={row.productId} />
        </a>
      }
      actions={<State machine={orderMachine} state={row.state} tones={orderTones} />}
    >
      <Facts
        of={[
          [t(text('供方', 'Vendor')), <Name key="vendor" zh={seen.vendorName} of={row.vendorId} />],
          [
            t(text('价款', 'Price')),
            contract.plan.kind === 'trial' ? (
              <ContractPrice key="price" of={contract} />
            ) : row.amountFen === 0n ? (
              t(text('无偿', 'Free'))
            ) : (
              <Money key="price" fen={row.amountFen} />
            ),
          ],
          [
            t(text('使用授权', 'Entitlement')),
            right ? (
              <>
                <State machine={entitlementMachine} state={right.state} /> {t(text('到期：', 'ends '))}
                <Moment at={right.endsAt} isDay />{' '}
                {left !== null && t(text(`，剩余下载 ${left} 次 `, `, ${left} downloads left `))}
                {isEnding && <Badge tone="warn">{t(text('即将到期', 'ends soon'))}</Badge>}
              </>
            ) : (
              t(text('尚未开通', 'Not open yet'))
            ),
          ],
          [t(text('最近下载', 'Last download')), <Moment key="last" at={access?.lastDownloadAt ?? null} />],
          [t(text('交付回执', 'Receipts')), <Receipts key="receipts" of={access?.receipts ?? []} />],
        ]}
      />
      <div class="row-gap mt-3">
        {access && isFetchable(row.state, access, now) && right && can('download.create') && (
          <Download entitlementId={right.id} />
        )}
        <a class="btn btn-sm" href={`/orders/${row.id}`}>
          {t(text('订单', 'Order'))}
        </a>
        <a class="btn btn-sm" href={`/contracts/${contract.id}`}>
          {t(text('合同', 'Contract'))}
        </a>
        {isInvoiced(purchase) && (
          <a class="btn btn-sm" href={`/orders/${row.id}#invoice`}>
            {t(text('开票信息', 'Invoice'))}
          </a>
        )}
        {row.subscriptionId && (
          <a class="btn btn-sm" href={`/subscriptions/${row.subscriptionId}`}>
            {t(text('订阅与续订', 'Subscription'))}
          </a>
        )}
        {contract.plan.kind === 'trial' && (
          <a class="btn btn-sm btn-primary" href={`/products/${contract.productId}/buy`}>
            {t(text('转为购买', 'Buy it'))}
          </a>
        )}
        {contract.plan.kind !== 'trial' && !row.subscriptionId && (isEnding || right?.state === 'expired') && (
          <a class="btn btn-sm" href={`/products/${contract.productId}/buy`}>
            {t(text('再次购买', 'Buy again'))}
          </a>
        )}
      </div>
    </Card>
  )
}

function Purchases({ items, next, now }: { items: readonly Purchase[]; next: string | null; now: Date }) {
  const t = useWords()
  if (items.length === 0)
    return (
      <Empty title={t(text('还没有购买数据', 'Nothing bought yet'))} icon="shopping-bag">
        <p>
          {t(
            text(
              '签署合同后，订单与下载会出现在这里。',
              'Once a contract is signed, its order and downloads appear here.',
            ),
          )}
        </p>
        <a class="btn btn-primary" href="/products">
          {t(text('查找数据产品', 'Look for data products'))}
        </a>
      </Empty>
    )
  return (
    <>
      <div class="columns">
        {items.map(purchase => (
          <Bought key={purchase.seen.row.id} of={purchase} now={now} />
        ))}
      </div>
      <Pager next={next} />
    </>
  )
}

export const purchasedRoutes: Route[] = [
  page({
    at: 'GET /buyer/purchases',
    operation: 'showPurchases',
    permission: 'purchase.list',
    summary: text('已购数据', 'Purchases'),
    query: { after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => {
      const { items, next } = await listPurchases(rx, { ...query, limit: 12 })
      return {
        title: text('已购数据', 'Purchases'),
        names: await tradeNames(
          rx,
          items.map(each => each.contract.id),
        ),
        lead: text(
          '有效期、下载、回执与开票信息。',
          'How long each may be used, downloads, receipts and invoice data.',
        ),
        trail: [['/buyer', text('需方工作台', 'Buyer desk')]],
        body: <Purchases items={items} next={next} now={rx.now} />,
      }
    },
  }),
]
