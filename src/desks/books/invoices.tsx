import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import { encodeCursor } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { orderLabels } from '../../modules/orders/index.ts'
import {
  type InvoiceView,
  type Invoicing,
  invoiceKinds,
  invoiceMachine,
  invoiceViews,
  lastDetails,
  listInvoices,
  readInvoicing,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Copyable, Empty, Facts, Moment, Money, Notice, Pager, Said, State, Table } from '../../web/parts.tsx'
import { Door, ReasonForm, StateTabs } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { DetailFields, type Details, invoiceTones, KindBadge } from './invoicing.tsx'

const views: Readonly<Record<InvoiceView, ReturnType<typeof text>>> = {
  'to-issue': text('待我方开具', 'To issue'),
  issued: text('我方已开具', 'Issued'),
  received: text('收到和申请的', 'Received and asked for'),
}

const empties: Readonly<Record<InvoiceView, ReturnType<typeof text>>> = {
  'to-issue': text(
    '需方申请开票或订单退款需红冲时，在这里办理。',
    'Requests of buyers, and red letters owed after refunds, come here.',
  ),
  issued: text('登记号码后的发票列在这里。', 'Invoices with their numbers are listed here.'),
  received: text('在订单页面申请开票。', 'Ask for an invoice on the page of an order.'),
}

interface Listed {
  readonly view: InvoiceView
  readonly shown: readonly InvoiceView[]
  readonly items: readonly Invoicing[]
  readonly next: string | null
  readonly numbers: ReadonlyMap<string, string>
}

function List({ of: { view, shown, items, next, numbers } }: { of: Listed }) {
  const t = useWords()
  return (
    <>
      <StateTabs of={shown.map(each => ({ state: each, words: views[each] }))} at={view} name="view" />
      {items.length === 0 ? (
        <Empty title={t(text('没有发票', 'No invoices'))} icon="receipt">
          {t(empties[view])}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('发票号码', 'Number')),
            t(text('种类', 'Kind')),
            t(view === 'received' ? text('销售方', 'Seller') : text('购买方', 'Buyer')),
            t(text('订单', 'Order')),
            t(text('价税合计', 'With tax')),
            t(text('开票日期', 'Issued on')),
            t(text('状态', 'State')),
            t(text('申请', 'Asked for')),
          ]}
          nums={[4]}
          rows={items.map(row => [
            <a href={`/invoices/${row.id}`}>{row.invoiceNumber ?? t(text('未编号', 'no number yet'))}</a>,
            <KindBadge of={row} />,
            <Said>{(view === 'received' ? row.seller : row.buyer).name}</Said>,
            numbers.get(row.orderId) ?? '—',
            <Money fen={row.isRed ? -row.amountFen : row.amountFen} />,
            row.issuedOn ?? '—',
            <State machine={invoiceMachine} state={row.state} tones={invoiceTones} />,
            <Moment at={row.createdAt} isDay />,
          ])}
        />
      )}
      <Pager next={next} />
    </>
  )
}

interface Shown {
  readonly of: Awaited<ReturnType<typeof readInvoicing>>
  readonly number: string | undefined
  readonly details: Details
  readonly today: string
  readonly timeline: TimelineFacts
}

const percentOf = (ppm: number) => `${ppm / 10_000}%`

function Issue({ of: { of, details, today } }: { of: Shown }) {
  const t = useWords()
  const { row } = of
  const to = `POST /invoices/${row.id}/issue`
  return (
    <Card
      title={t(
        row.isRed ? text('登记红字发票', 'Enter the red letter') : text('登记已开具的发票', 'Enter the issued invoice'),
      )}
    >
      <p>
        {t(
          text(
            '先在税务系统开具，再登记号码和日期；登记后不能修改，更正须开红字发票。',
            'Issue it in the tax system first, then enter number and date. They cannot be changed; a red letter corrects.',
          ),
        )}
      </p>
      <Form to={to}>
        <Field
          name="invoiceNumber"
          label={text('发票号码', 'Number')}
          hint={text('数电发票为 20 位数字', '20 digits on a fully digital invoice')}
          isRequired
          maxLength={20}
          inputMode="numeric"
          autocomplete="off"
        />
        <Field name="issuedOn" label={text('开票日期', 'Issued on')} kind="date" isRequired value={today} max={today} />
        {!row.isRed && (
          <>
            <Field
              name="taxCode"
              label={text('税收分类编码', 'Tax classification code')}
              isRequired
              value={details?.taxCode}
              maxLength={19}
              inputMode="numeric"
              hint={text('19 位数字', '19 digits')}
            />
            <Field
              name="taxRate~percent"
              label={text('税率（%）', 'Tax rate (%)')}
              isRequired
              value={typeof details?.taxPpm === 'number' ? details.taxPpm / 10_000 : undefined}
              inputMode="decimal"
              hint={text(
                '由开票方依税法确定；金额和税额据此计算',
                'for the issuer to determine by law; net amount and tax follow',
              )}
            />
            <DetailFields of={details} />
          </>
        )}
        <Submit>{t(text('登记', 'Enter it'))}</Submit>
      </Form>
      {!row.isRed && (
        <div class="mt-3">
          <Door
            to={`POST /invoices/${row.id}/decline`}
            label={text('退回申请', 'Send it back')}
            consequence={text('申请方看到理由后可重新申请。', 'Who asked reads the reason and may ask again.')}
            tone="plain"
          >
            <ReasonForm
              to={`POST /invoices/${row.id}/decline`}
              button={text('退回申请', 'Send it back')}
              tone="plain"
            />
          </Door>
        </div>
      )}
    </Card>
  )
}

function Parties({ of: { of } }: { of: Shown }) {
  const t = useWords()
  const { row, buyerAccount, sellerAccount } = of
  const sides = [
    [text('购买方', 'Buyer'), row.buyer, buyerAccount],
    [text('销售方', 'Seller'), row.seller, sellerAccount],
  ] as const
  return (
    <div class="columns mb-3">
      {sides.map(([title, party, account]) => (
        <Card key={title.en} title={t(title)}>
          <Facts
            of={[
              [
                t(text('名称', 'Name')),
                <span key="name" lang="zh-CN">
                  <Copyable>{party.name}</Copyable>
                </span>,
              ],
              [t(text('统一社会信用代码', 'Tax code')), <Copyable key="uscc">{party.uscc}</Copyable>],
              party.address !== null && [t(text('地址', 'Address')), <Said key="address">{party.address}</Said>],
              party.phone !== null && [t(text('电话', 'Telephone')), party.phone],
              party.bankName !== null && [t(text('开户银行', 'Bank')), <Said key="bank">{party.bankName}</Said>],
              account !== null && [t(text('银行账号', 'Account')), <Copyable key="account">{account}</Copyable>],
            ]}
          />
        </Card>
      ))}
    </div>
  )
}

function Content({ of: { of, number } }: { of: Shown }) {
  const t = useWords()
  const { actor } = useReader()
  const { row } = of
  const sign = row.isRed ? -1n : 1n
  const orderHref = `${actor.roles.includes('operator') ? '/operator' : ''}/orders/${row.orderId}`
  return (
    <Card title={t(text('票面', 'The invoice'))}>
      <Facts
        of={[
          [t(text('种类', 'Kind')), t(invoiceKinds[row.kind])],
          row.invoiceNumber !== null && [
            t(text('发票号码', 'Number')),
            <Copyable key="no">{row.invoiceNumber}</Copyable>,
          ],
          row.issuedOn !== null && [t(text('开票日期', 'Issued on')), row.issuedOn],
          [t(text('项目', 'Item')), <Said key="item">{row.item}</Said>],
          row.taxCode !== null && [
            t(text('税收分类编码', 'Tax classification code')),
            <code key="tax">{row.taxCode}</code>,
          ],
          row.netFen !== null && [t(text('金额（不含税）', 'Net amount')), <Money key="net" fen={sign * row.netFen} />],
          row.taxPpm !== null && [t(text('税率', 'Tax rate')), percentOf(row.taxPpm)],
          row.taxFen !== null && [t(text('税额', 'Tax')), <Money key="taxes" fen={sign * row.taxFen} />],
          [t(text('价税合计', 'With tax')), <Money key="all" fen={sign * row.amountFen} />],
          row.correctedFen > 0n && [t(text('已红冲', 'Corrected')), <Money key="back" fen={-row.correctedFen} />],
          [t(text('备注', 'Remark')), <Said key="remark">{row.remark}</Said>],
          row.reason !== null && [t(text('理由', 'Reason')), <Said key="why">{row.reason}</Said>],
          [
            t(text('订单', 'Order')),
            <a key="order" href={orderHref}>
              {number ?? row.orderId}
            </a>,
          ],
          ...of.related.map(
            each =>
              [
                t(row.isRed ? text('冲红的发票', 'Corrects') : text('红字发票', 'Red letter')),
                <a key={each.id} href={`/invoices/${each.id}`}>
                  {each.invoiceNumber ?? t(text('未编号', 'no number yet'))}
                </a>,
              ] as const,
          ),
        ]}
      />
    </Card>
  )
}

function InvoicePage({ of: shown }: { of: Shown }) {
  const t = useWords()
  const { actor, can } = useReader()
  const { row } = shown.of
  const isIssuer = row.issuerId === actor.organizationId
  const mayIssue = isIssuer && row.state === 'requested' && can('invoice.issue')
  const mayWithdraw =
    row.recipientId === actor.organizationId && row.state === 'requested' && !row.isRed && can('invoice.withdraw')
  return (
    <>
      {row.isRed && row.state === 'requested' && (
        <Notice tone="warn" title={t(text('须开具红字发票', 'A red letter is owed'))}>
          {t(
            text(
              '订单已退款，退款部分的发票须以红字冲减。',
              'Money of the order went back; the red letter takes that part off the invoice.',
            ),
          )}
        </Notice>
      )}
      {mayIssue && <Issue of={shown} />}
      <Content of={shown} />
      <Parties of={shown} />
      {mayWithdraw && (
        <Form to={`POST /invoices/${row.id}/withdraw`}>
          <Submit tone="plain">{t(text('撤回申请', 'Take the request back'))}</Submit>
        </Form>
      )}
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={shown.timeline} />
      </Card>
    </>
  )
}

const pageSize = 20

export const invoicePages = [
  page({
    at: 'GET /invoices',
    operation: 'showInvoices',
    permission: 'invoice.list',
    summary: text('发票', 'Invoices'),
    query: {
      view: Type.Optional(Type.String({ maxLength: 20 })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const isIssuer = rx.actor.roles.some(role => role === 'vendor' || role === 'operator')
      const shown = invoiceViews.filter(each => isIssuer || each === 'received')
      const view = shown.find(each => each === query.view) ?? shown[0]!
      const rows = await listInvoices(rx, { view, limit: pageSize, ...(query.after && { after: query.after }) })
      const items = rows.slice(0, pageSize)
      const labels = await orderLabels(
        rx,
        items.map(row => row.orderId),
      )
      const numbers = new Map([...labels].map(([id, { number }]) => [id, number]))
      const next = rows.length > pageSize ? encodeCursor([items.at(-1)!.id]) : null
      return {
        title: text('发票', 'Invoices'),
        lead: text('申请、开具和红冲。', 'Asked for, issued, corrected.'),
        body: <List of={{ view, shown, items, next, numbers }} />,
      }
    },
  }),
  page({
    at: 'GET /invoices/:id',
    operation: 'showInvoice',
    permission: 'invoice.list',
    summary: text('一张发票', 'An invoice'),
    params: { id: Id },
    run: async (rx, { params: { id } }) => {
      const of = await readInvoicing(rx, id)
      const { row } = of
      const isIssuer = row.issuerId === rx.actor.organizationId
      const shown = {
        of,
        number: (await orderLabels(rx, [row.orderId])).get(row.orderId)?.number,
        details: isIssuer && row.state === 'requested' ? await lastDetails(rx, 'issuer') : undefined,
        today: dayOf(rx.now),
        timeline: await readTimeline(rx, [['invoice', id]]),
      }
      const kind = row.isRed ? text('红字发票', 'Red letter') : text('发票', 'Invoice')
      return {
        title: text(`${kind.zh} ${row.invoiceNumber ?? ''}`.trim(), `${kind.en} ${row.invoiceNumber ?? ''}`.trim()),
        lead: <State machine={invoiceMachine} state={row.state} tones={invoiceTones} />,
        trail: [['/invoices', text('发票', 'Invoices')]],
        body: <InvoicePage of={shown} />,
      }
    },
  }),
]
