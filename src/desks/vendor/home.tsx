import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { countListings, listingMachine } from '../../modules/catalog/index.ts'
import { countDataVersions } from '../../modules/data/index.ts'
import { listBankAccounts } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Count, Money, Notice, Stat, Steps } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Work } from '../waiting.tsx'
import { standingOf } from './earnings.ts'
import { vendorWork } from './work.ts'

async function homeView(rx: Rx, mayEarn: boolean) {
  const listings = await countListings(rx)
  const data = await countDataVersions(rx)
  const accounts = await listBankAccounts(rx, { limit: 1 })
  return {
    work: await vendorWork(rx),
    counts: new Map(listings.map(each => [each.state, each.count])),
    hasData: [...data.values()].some(n => n > 0),
    hasAccount: accounts.length > 0,
    standing: mayEarn ? await standingOf(rx) : undefined,
    now: rx.now,
  }
}

type View = Awaited<ReturnType<typeof homeView>>

/** The way of a newcomer: shown until something is listed. */
function Beginning({ view }: { view: View }) {
  const t = useWords()
  const { counts, hasData, hasAccount } = view
  if (counts.has('listed') || counts.has('suspended') || counts.has('delisted') || counts.has('expired')) return null
  const pending = ['submitted', 'reviewing', 'approved'].some(state => counts.has(state as 'submitted'))
  const at = pending ? 4 : counts.has('draft') || counts.has('supplementing') ? 3 : hasData ? 2 : 1
  const steps = [
    text('机构通过核验', 'Organisation verified'),
    text('上传数据', 'Upload data'),
    text('确认字段', 'Confirm columns'),
    text('完善产品', 'Complete the product'),
    text('审核与挂牌', 'Review and listing'),
  ]
  return (
    <Card title={t(text('从这里开始', 'Begin here'))}>
      <Steps of={steps.map(t)} at={at} />
      {at === 1 && (
        <a class="btn btn-primary" href="/vendor/upload">
          {t(text('上传第一个数据文件', 'Upload the first data file'))}
        </a>
      )}
      {!hasAccount && (
        <p class="mb-0 mt-3">
          {t(
            text(
              '收款需要银行账户，由本机构财务登记：',
              'To be paid you need a bank account, which your finance registers: ',
            ),
          )}
          <a href="/organization/bank-accounts">{t(text('收款账户', 'Bank accounts'))}</a>
        </p>
      )}
    </Card>
  )
}

const shown = [
  'draft',
  'supplementing',
  'submitted',
  'reviewing',
  'approved',
  'listed',
  'suspended',
  'expired',
] as const

function Listings({ view: { counts } }: { view: View }) {
  const t = useWords()
  const some = shown.filter(state => counts.has(state))
  if (some.length === 0) return null
  return (
    <section>
      <h2>{t(text('产品', 'Products'))}</h2>
      <div class="stats">
        {some.map(state => (
          <Stat key={state} label={t(listingMachine.states[state])} href={`/vendor/listings?state=${state}`}>
            <Count of={counts.get(state) ?? 0} />
          </Stat>
        ))}
      </div>
    </section>
  )
}

function Earned({ view: { standing } }: { view: View }) {
  const t = useWords()
  if (!standing) return null
  return (
    <section>
      <h2>{t(text('资金', 'Money'))}</h2>
      <div class="stats">
        <Stat
          label={t(text('托管中', 'In escrow'))}
          href="/vendor/earnings"
          note={t(text('需方已付，尚未结算', 'paid by buyers, not yet settled'))}
        >
          <Money fen={standing.escrowFen} />
        </Stat>
        <Stat
          label={t(text('应付给您', 'Owed to you'))}
          href="/vendor/earnings"
          note={t(text('已结算，等待付款', 'settled, to be paid out'))}
        >
          <Money fen={standing.payableFen} />
        </Stat>
        <Stat
          label={t(text('付款途中', 'On the way'))}
          href="/vendor/earnings"
          note={t(text('已提交银行', 'ordered from the bank'))}
        >
          <Money fen={standing.inFlightFen} />
        </Stat>
        <Stat
          label={t(text('累计已付', 'Paid so far'))}
          href="/vendor/earnings"
          note={t(text('银行已确认', 'confirmed by the bank'))}
        >
          <Money fen={standing.paidFen} />
        </Stat>
      </div>
    </section>
  )
}

function HomePage({ view }: { view: View }) {
  const t = useWords()
  return (
    <>
      <Work
        of={view.work}
        now={view.now}
        title={text('我要做什么', 'What must I do')}
        nothing={text(
          '没有待办事项，所有事情都在等对方或运营机构。',
          'Nothing waits for you: it is all with others now.',
        )}
      />
      <Beginning view={view} />
      <Listings view={view} />
      <Earned view={view} />
      {view.standing && view.standing.waitingFen > 0n && (
        <Notice tone="warn">
          {t(text('有货款因没有可用的收款账户而无法付出：', 'Money waits because there is no account to pay it to: '))}
          <Money fen={view.standing.waitingFen} />{' '}
          <a href="/organization/bank-accounts">{t(text('登记收款账户', 'Register a bank account'))}</a>
        </Notice>
      )}
    </>
  )
}

function UploadLink() {
  const t = useWords()
  const { can } = useReader()
  if (!can('data-version.upload')) return null
  return (
    <a class="btn btn-primary" href="/vendor/upload">
      {t(text('上传数据', 'Upload data'))}
    </a>
  )
}

export const homePages: Route[] = [
  page({
    at: 'GET /vendor',
    operation: 'showVendorDesk',
    permission: 'product.read-draft',
    summary: text('供方工作台', 'Vendor desk'),
    run: async (rx, _input, reader) => ({
      title: text('供方工作台', 'Vendor desk'),
      actions: <UploadLink />,
      body: <HomePage view={await homeView(rx, reader.can('earnings.read'))} />,
    }),
  }),
]
