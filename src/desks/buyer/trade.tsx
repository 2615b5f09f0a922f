import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { contractMachine, readContract } from '../../modules/contracts/index.ts'
import { readDelivery } from '../../modules/delivery/index.ts'
import { activeFreeze } from '../../modules/orders/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Facts, Name, State } from '../../web/parts.tsx'
import { Frozen } from '../frozen.tsx'
import { nameOf, tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { ContractPrice } from '../price.tsx'
import { readTimeline, Timeline } from '../timeline.tsx'
import { DeliveryCard } from './receiving.tsx'
import { Recording } from './recording.tsx'
import { RecordsCard, recordsOf } from './records.tsx'
import { contractTones } from './standing.ts'

async function find(rx: Rx, id: string) {
  const contract = await readContract(rx, id)
  const records = await recordsOf(rx, id)
  const { registration, filing, order } = records
  const delivery = order && (await readDelivery(rx, order.id))
  const subjects = [
    ['contract', id],
    ['registration', registration?.id],
    ['filing', filing?.id],
    ['subscription', records.subscription?.row.id],
    ...records.orders.map(each => ['order', each.id] as const),
    ['entitlement', delivery?.entitlement?.id],
    ...(delivery?.receipts ?? []).map(({ row }) => ['receipt', row.id] as const),
  ] as const
  const known = subjects.flatMap(([kind, each]) => (each ? [[kind, each] as const] : []))
  return {
    contract,
    records,
    delivery,
    timeline: await readTimeline(rx, known),
    freeze: await activeFreeze(rx, id),
    now: rx.now,
  }
}

function Trade({
  of: { contract, records, delivery, timeline, freeze, now },
}: {
  of: Awaited<ReturnType<typeof find>>
}) {
  const t = useWords()
  const [vendor, buyer] = contract.terms.parties
  return (
    <>
      <Frozen of={freeze} />
      <div class="split">
        <Card title={t(text('从起草到结算的全部经过', 'Everything from draft to settlement'))}>
          <Timeline of={timeline} isWhole />
        </Card>
        <div>
          <Card title={t(text('合同', 'Contract'))}>
            <Facts
              of={[
                [
                  t(text('编号', 'Number')),
                  <a key="number" href={`/contracts/${contract.id}`}>
                    {contract.number}
                  </a>,
                ],
                [
                  t(text('状态', 'State')),
                  <State key="state" machine={contractMachine} state={contract.state} tones={contractTones} />,
                ],
                [
                  t(text('产品', 'Product')),
                  <a key="product" href={`/products/${contract.productId}`}>
                    <Name zh={contract.productName} of={contract.productId} />
                  </a>,
                ],
                [t(text('供方', 'Vendor')), <Name key="vendor" zh={vendor.name} of={contract.vendorId} />],
                [t(text('需方', 'Buyer')), <Name key="buyer" zh={buyer.name} of={contract.buyerId} />],
                [t(text('价款', 'Price')), <ContractPrice key="price" of={contract} />],
                contract.pdfSha256 !== null && [
                  t(text('签章合同', 'Sealed contract')),
                  <a key="pdf" href={`/api/v1/contracts/${contract.id}/pdf`}>
                    PDF
                  </a>,
                ],
              ]}
            />
          </Card>
          <RecordsCard of={records} contractId={contract.id} isTrade />
          <Recording of={records} now={now} />
          {delivery && <DeliveryCard of={delivery} canFetch={false} />}
          {contract.pdfSha256 !== null && (
            <Card title={t(text('存在证明', 'Proof'))}>
              <p>
                {t(
                  text(
                    '每一步都写入公开日志，任何人都能验证它存在且未被改动。',
                    'Every step stands in the public log: anyone can check that it is there and unchanged.',
                  ),
                )}
              </p>
              <p class="row-gap mb-0">
                <a class="btn" href={`/api/v1/trades/${contract.id}/proof`}>
                  {t(text('下载存在证明', 'Download the proof'))}
                </a>
                <a href="/transparency">{t(text('如何自行验证', 'How to check it yourself'))}</a>
              </p>
            </Card>
          )}
        </div>
      </div>
    </>
  )
}

export const tradeRoutes: Route[] = [
  page({
    at: 'GET /trades/:id',
    operation: 'showTrade',
    permission: 'trade.read',
    summary: text('一笔交易', 'A trade'),
    params: { id: Id },
    run: async (rx, { params: { id } }) => {
      const found = await find(rx, id)
      const { productName, number } = found.contract
      const names = await tradeNames(rx, [id])
      const name = nameOf(names, id, productName)
      return {
        title: text(`交易：${name.zh}`, `Trade: ${name.en}`),
        names,
        trail: [
          ['/contracts', text('合同', 'Contracts')],
          [`/contracts/${id}`, text(number, number)],
        ],
        body: <Trade of={found} />,
      }
    },
  }),
]
