import { text } from '../../kernel/text.ts'
import { type DeliveryView, entitlementMachine } from '../../modules/delivery/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Bytes, Card, Facts, Moment, State } from '../../web/parts.tsx'

/** The button that gets a link and leads to the data. */
export function Download({ entitlementId, isPrimary }: { entitlementId: string; isPrimary?: boolean }) {
  const t = useWords()
  return (
    <Form to={`POST /entitlements/${entitlementId}/downloads`} then="{url}">
      <Submit tone={isPrimary ? 'primary' : 'plain'} isSmall={!isPrimary}>
        {t(text('下载数据', 'Download the data'))}
      </Submit>
    </Form>
  )
}

const gone = ['rejected', 'refunding', 'refunded', 'cancelled', 'disputed']

/** Whether the data of an order can be fetched by its buyer now. */
export const isFetchable = (orderState: string, { entitlement }: DeliveryView, now: Date): boolean =>
  entitlement?.state === 'active' && entitlement.endsAt > now && !gone.includes(orderState)

function Papers({ of }: { of: DeliveryView['receipts'] }) {
  const t = useWords()
  return (
    <ul class="doors" aria-label={t(text('交付回执', 'Receipts'))}>
      {of.map(({ row, pdfSha256 }) => (
        <li key={row.id}>
          {pdfSha256 ? (
            <a href={`/api/v1/receipts/${row.id}/pdf`}>
              {t(text(`交付回执 ${row.number}（PDF）`, `Receipt ${row.number} (PDF)`))}
            </a>
          ) : (
            t(text(`交付回执 ${row.number}（正在生成）`, `Receipt ${row.number} (being made)`))
          )}
          <br />
          <span class="text-secondary">
            <Moment at={row.deliveredAt} />
          </span>
        </li>
      ))}
    </ul>
  )
}

/** What was delivered, what may be fetched until when, and the receipts. */
export function DeliveryCard({ of, canFetch }: { of: DeliveryView; canFetch: boolean }) {
  const t = useWords()
  const { can } = useReader()
  const { entitlement, receipts } = of
  if (!entitlement) return null
  return (
    <Card title={t(text('数据与使用授权', 'Data and entitlement'))} id="delivery">
      <Facts
        of={[
          [
            t(text('使用授权', 'Entitlement')),
            <State key="state" machine={entitlementMachine} state={entitlement.state} />,
          ],
          [t(text('文件', 'File')), entitlement.fileName],
          [t(text('大小', 'Size')), <Bytes key="size" of={entitlement.bytes} />],
          [t(text('内容摘要', 'SHA-256')), <code key="hash">{entitlement.sha256}</code>],
          [t(text('授权到期', 'Ends')), <Moment key="ends" at={entitlement.endsAt} isDay />],
        ]}
      />
      {canFetch && can('download.create') && (
        <div class="mt-3">
          <Download entitlementId={entitlement.id} />
        </div>
      )}
      {receipts.length > 0 && (
        <div class="mt-3">
          <Papers of={receipts} />
        </div>
      )}
    </Card>
  )
}
