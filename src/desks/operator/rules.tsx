import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import { parseYuan } from '../../kernel/money.ts'
import { type RulePack, ruleLibrary, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { splitFee } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Facts, Money, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { deskTrail } from './parts.tsx'

const clockWords: Readonly<Record<string, Text>> = {
  listingAcceptance: text('挂牌受理', 'Accept a listing'),
  listingReview: text('挂牌审核', 'Review a listing'),
  listingSupplement: text('挂牌补正', 'Supplement a listing'),
  registrationAcceptance: text('登记受理', 'Accept a registration'),
  registrationReview: text('登记形式审核', 'Review a registration'),
  registrationSupplement: text('登记补正', 'Supplement a registration'),
  publicity: text('登记公示', 'Publicity'),
  objectionHandling: text('异议处理', 'Decide an objection'),
  filingSubmission: text('备案报送', 'Submit a filing'),
  filingCheck: text('备案核查', 'Check a filing'),
  filingCorrection: text('备案更正', 'Correct a filing'),
  negotiation: text('合同磋商', 'Negotiate a contract'),
  signature: text('合同签署', 'Sign a contract'),
  orderConfirmation: text('订单确认', 'Confirm an order'),
  paymentDue: text('付款', 'Pay'),
  deliveryDue: text('交付', 'Deliver'),
  acceptancePeriod: text('验收', 'Accept a delivery'),
  redelivery: text('重新交付', 'Deliver again'),
  settlementDelay: text('验收后结算', 'Settle after acceptance'),
  payeeCooling: text('更换收款账户冷静期', 'Cooling period of a changed account'),
  disputeMediation: text('争议调解', 'Mediate a dispute'),
  sourceObjection: text('权威来源异议期', 'Object to a source'),
  sourceAnswer: text('权威来源争议答复', 'Answer a dispute about a source'),
  sourceDecision: text('权威来源认定', 'Decide a source'),
}

const percent = (ppm: number): string => `${(ppm / 10_000).toFixed(ppm % 10_000 === 0 ? 0 : 2)}%`
const exampleFen = 1_200_000n

function Fees({ of, amount }: { of: RulePack; amount: string | undefined }) {
  const t = useWords()
  const { platformRate, brokerRate } = of.fees
  const typed = amount === undefined ? exampleFen : parseYuan(amount.replaceAll(',', ''))
  const totalFen = typed !== undefined && typed > 0n ? typed : exampleFen
  const { vendorFen, feeFen } = splitFee(totalFen, platformRate.ppm)
  return (
    <Card title={t(text('收费标准', 'Fee schedule'))}>
      <Table
        head={[t(text('项目', 'Fee')), t(text('费率', 'Rate')), t(text('依据', 'Basis'))]}
        nums={[1]}
        rows={[
          [
            t(text('平台服务费（向供方收取）', 'Platform fee (from the vendor)')),
            percent(platformRate.ppm),
            t(platformRate.source),
          ],
          [t(text('数据商服务费', 'Broker fee')), percent(brokerRate.ppm), t(brokerRate.source)],
        ]}
      />
      <h3 class="mt-3">{t(text('算例', 'Worked example'))}</h3>
      <form method="get" action="/operator/rules" class="row-gap mb-3">
        <label for="rules-amount">{t(text('成交金额（元）', 'Price (CNY)'))}</label>
        <input
          class="form-control w-auto"
          id="rules-amount"
          name="amount"
          inputMode="decimal"
          value={amount ?? '12000.00'}
        />
        <button type="submit" class="btn">
          {t(text('计算', 'Calculate'))}
        </button>
      </form>
      {typed === undefined && (
        <Notice tone="warn">
          {t(text('不是有效的金额，按 12,000 元计算。', 'That is not an amount; calculated for CNY 12,000.'))}
        </Notice>
      )}
      <Facts
        of={[
          [t(text('成交金额', 'Price')), <Money fen={totalFen} />],
          [t(text('平台服务费', 'Platform fee')), <Money fen={feeFen} />],
          [t(text('供方所得', 'The vendor gets')), <Money fen={vendorFen} />],
        ]}
      />
      <p class="text-secondary mb-0 mt-2">
        {t(
          text(
            '按最大余额法分配到分，两项之和恒等于成交金额。',
            'Split to the fen by largest remainder: the two parts are always the whole.',
          ),
        )}
      </p>
    </Card>
  )
}

function Clocks({ of }: { of: RulePack }) {
  const t = useWords()
  return (
    <Card title={t(text('办理期限', 'Deadlines'))}>
      <Table
        head={[t(text('事项', 'Step')), t(text('工作日', 'Working days')), t(text('依据', 'Basis'))]}
        nums={[1]}
        rows={Object.entries(clockWords).map(([name, words]) => {
          const clock = of.clocks[name as keyof RulePack['clocks']]
          return [t(words), <Count of={clock.workingDays} />, t(clock.source)]
        })}
      />
    </Card>
  )
}

function Grades({ of }: { of: RulePack }) {
  const t = useWords()
  const yes = (value: boolean) => (value ? t(text('是', 'Yes')) : t(text('否', 'No')))
  return (
    <Card title={t(text('分级与公示', 'Grades and publicity'))}>
      <Table
        head={[
          t(text('分级', 'Grade')),
          t(text('可交易', 'May be traded')),
          t(text('须另行确认批准', 'Approval confirmed separately')),
        ]}
        rows={of.grades.items.map(item => [t(item.name), yes(item.isTradable), yes(item.needsRiskReview)])}
      />
      <p class="mb-0">
        {t(text('登记前公示：', 'Made public before registration: '))}
        {of.lists.sourceCategories.items
          .filter(item => of.publicityRequiredFor.sourceCategories.includes(item.code))
          .map(item => t(item.name))
          .join(t(text('、', ', ')))}
        {t(text(`（依据：${of.publicityRequiredFor.source.zh}）`, ` (basis: ${of.publicityRequiredFor.source.en})`))}
      </p>
    </Card>
  )
}

function Packs({ of, at }: { of: readonly RulePack[]; at: RulePack }) {
  const t = useWords()
  return (
    <Card title={t(text('规则包', 'Rule packs'))}>
      <Table
        head={[
          t(text('规则包', 'Pack')),
          t(text('编号', 'Reference')),
          t(text('生效', 'In force from')),
          t(text('状态', 'State')),
          t(text('摘要', 'Digest')),
        ]}
        rows={of.map(pack => [
          t(pack.title),
          <code>{pack.ref}</code>,
          pack.effectiveFrom ?? t(text('仅在选用时生效', 'where it is chosen')),
          pack.ref === at.ref ? (
            <Badge tone="good">{t(text('现行', 'In force'))}</Badge>
          ) : (
            <Badge>{t(text('未启用', 'Not in use'))}</Badge>
          ),
          <code title={pack.digest}>{pack.digest.slice(0, 16)}</code>,
        ])}
      />
      <p class="text-secondary mb-0">
        {t(
          text(
            '每项决定都记录当时适用的规则包；规则包是 templates/rules/ 中的文件，修改后以新版本发布。',
            'Every decision keeps the pack it was taken under; packs are files in templates/rules/ and change by a new version.',
          ),
        )}
      </p>
    </Card>
  )
}

export const rulePages = [
  page({
    at: 'GET /operator/rules',
    operation: 'showOperatorRules',
    permission: 'operator.work-list',
    summary: text('费率与规则', 'Fees and rules'),
    query: { amount: Type.Optional(Type.String({ maxLength: 30 })) },
    run: async (rx, { query }) => {
      const pack = rulesAt(rx.now)
      const today = dayOf(rx.now)
      return {
        title: text('费率与规则', 'Fees and rules'),
        trail: deskTrail(),
        lead: text(
          `${today} 适用《${pack.title.zh}》（${pack.ref}）。`,
          `${pack.title.en} (${pack.ref}) is in force on ${today}.`,
        ),
        body: (
          <>
            <Fees of={pack} amount={query.amount} />
            <Clocks of={pack} />
            <Grades of={pack} />
            <Packs of={ruleLibrary().all()} at={pack} />
          </>
        ),
      }
    },
  }),
]
