import type { ComponentChildren } from 'preact'
import type { Route } from '../../kernel/http/route.ts'
import { type RulePack, ruleLibrary, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Copyable, Facts, Money, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'

type Clocks = RulePack['clocks']
type Periods = RulePack['periods']

const clockWords: Record<keyof Clocks, Text> = {
  listingAcceptance: text('挂牌申请受理', 'Accepting an application to list'),
  listingReview: text('挂牌审核', 'Reviewing a listing'),
  listingSupplement: text('挂牌补正', 'Supplementing a listing'),
  registrationAcceptance: text('登记受理', 'Accepting a registration'),
  registrationReview: text('登记形式审核', 'Formal review of a registration'),
  publicity: text('登记公示', 'Publicity of a registration'),
  registrationSupplement: text('登记补正', 'Supplementing a registration'),
  objectionHandling: text('异议处理', 'Deciding an objection'),
  filingSubmission: text('交易备案', 'Filing a trade'),
  filingCheck: text('备案核查', 'Checking a filing'),
  filingCorrection: text('备案更正', 'Correcting a filing'),
  negotiation: text('合同协商', 'Negotiating a contract'),
  signature: text('合同签署', 'Signing a contract'),
  orderConfirmation: text('订单确认', 'Confirming an order'),
  paymentDue: text('付款', 'Paying'),
  deliveryDue: text('交付', 'Delivering'),
  acceptancePeriod: text('验收', 'Accepting what was delivered'),
  redelivery: text('重新交付', 'Delivering again'),
  settlementDelay: text('验收后结算', 'Settlement after acceptance'),
  payeeCooling: text('新收款账户冷静期', 'Cooling period of a new payee account'),
  disputeMediation: text('争议调解', 'Mediating a dispute'),
  riskReview: text('风险审查', 'Risk review'),
  riskHandling: text('风险整改', 'Handling a risk'),
  sharingConformity: text('共享申请规范性审查', 'Conformity check of a sharing request'),
  sharingReplyPublished: text('共享答复（目录内）', 'Answering a sharing request (catalogued)'),
  sharingReplyUnpublished: text('共享答复（目录外）', 'Answering a sharing request (not catalogued)'),
  sharingProvision: text('共享提供', 'Providing shared data'),
  openAcceptance: text('依申请开放受理', 'Accepting an application for access'),
  thirdPartyReply: text('征求第三方意见', 'Consulting a third party'),
  openDecision: text('依申请开放决定', 'Deciding on access'),
  openExtension: text('依申请开放延期', 'Extending that decision'),
  scorecardAppeal: text('评价申诉', 'Appealing an evaluation'),
}

const periodWords: Record<keyof Periods, Text> = {
  registrationValidity: text('登记证书有效期', 'Validity of a certificate'),
  registrationRenewalAhead: text('续展申请提前', 'Renewal may be asked ahead'),
  riskAssessmentValidity: text('风险评估有效期', 'Validity of a risk assessment'),
  incidentReportCritical: text('特别重大事件报告', 'Reporting a critical incident'),
  incidentReportCentral: text('中央单位事件报告', 'Reporting an incident, central bodies'),
  incidentReport: text('安全事件报告', 'Reporting an incident'),
  incidentSummary: text('事件总结报告', 'Summary of an incident'),
  productFlawReport: text('产品缺陷报告', 'Reporting a flaw'),
  retainNetworkLog: text('网络日志保存', 'Keeping network logs'),
  retainProvision: text('提供记录保存', 'Keeping records of provision'),
  retainAssessment: text('评估报告保存', 'Keeping assessments'),
  retainTrade: text('交易档案保存', 'Keeping records of trades'),
  retainRegistration: text('登记档案保存', 'Keeping registrations'),
}

/** A deadline that a pack does not name yet in our words is still shown, under its own name. */
const nameOf = (words: Readonly<Record<string, Text>>, key: string): Text => words[key] ?? text(key, key)

const percent = (ppm: number) => `${ppm / 10_000}%`

const worked = 1_288_800n

function Fees({ pack }: { pack: RulePack }) {
  const t = useWords()
  const { platformRate, brokerRate } = pack.fees
  const fee = (worked * BigInt(platformRate.ppm)) / 1_000_000n
  return (
    <Card title={t(text('费用', 'Fees'))}>
      <Facts
        of={[
          [t(text('平台服务费', 'Platform fee')), `${percent(platformRate.ppm)} · ${t(platformRate.source)}`],
          [t(text('经纪费', 'Broker fee')), `${percent(brokerRate.ppm)} · ${t(brokerRate.source)}`],
          [
            t(text('举例', 'An example')),
            <span key="example">
              <Money fen={worked} /> → {t(text('服务费', 'fee'))} <Money fen={fee} />
              {t(text('，供方所得', ', the vendor receives'))} <Money fen={worked - fee} />
            </span>,
          ],
        ]}
      />
    </Card>
  )
}

const spanOf = (value: object): Text => {
  const { workingDays, months, days, hours } = value as Record<string, number | undefined>
  if (workingDays !== undefined)
    return text(`${workingDays} 个工作日`, `${workingDays} working ${workingDays === 1 ? 'day' : 'days'}`)
  if (months !== undefined) return text(`${months} 个月`, `${months} months`)
  if (days !== undefined) return text(`${days} 天`, `${days} days`)
  return text(`${hours} 小时`, `${hours} ${hours === 1 ? 'hour' : 'hours'}`)
}

function Spans({ of, words, title }: { of: object; words: Readonly<Record<string, Text>>; title: ComponentChildren }) {
  const t = useWords()
  return (
    <Card title={title}>
      <Table
        head={[t(text('事项', 'What')), t(text('期限', 'Within')), t(text('依据', 'Source'))]}
        rows={Object.entries(of as Record<string, { source: Text }>).map(([key, value]) => [
          t(nameOf(words, key)),
          t(spanOf(value)),
          t(value.source),
        ])}
      />
    </Card>
  )
}

function Grades({ pack }: { pack: RulePack }) {
  const t = useWords()
  return (
    <Card title={t(text('数据分级', 'Grades of data'))}>
      <Table
        head={[t(text('级别', 'Grade')), t(text('能否交易', 'May be traded')), t(text('风险审查', 'Risk review'))]}
        rows={pack.grades.items.map(grade => [
          t(grade.name),
          <Badge key="tradable" tone={grade.isTradable ? 'good' : 'bad'}>
            {grade.isTradable ? t(text('可以', 'Yes')) : t(text('不得交易', 'Never'))}
          </Badge>,
          grade.needsRiskReview ? t(text('需要', 'Needed')) : t(text('一般不需要', 'Not as a rule')),
        ])}
      />
      <p class="text-secondary mb-0">{t(pack.grades.source)}</p>
    </Card>
  )
}

function Rules({ pack, all }: { pack: RulePack; all: readonly RulePack[] }) {
  const t = useWords()
  return (
    <>
      <Card>
        <Facts
          of={[
            [t(text('现行规则包', 'In force')), `${t(pack.title)}（${pack.ref}）`],
            [t(text('生效日期', 'Since')), pack.effectiveFrom ?? '—'],
            [
              t(text('节假日已公布的年份', 'Years with published holidays')),
              `${pack.coveredYears.join('、')}${t(text('；其后的期限均为暂定', '; later deadlines are provisional'))}`,
            ],
            [t(text('摘要（SHA-256）', 'Digest (SHA-256)')), <Copyable key="digest">{pack.digest}</Copyable>],
          ]}
        />
      </Card>
      <Fees pack={pack} />
      <Spans of={pack.clocks} words={clockWords} title={t(text('办理期限', 'Deadlines'))} />
      <Spans of={pack.periods} words={periodWords} title={t(text('有效期与保存期', 'Validity and retention'))} />
      <Grades pack={pack} />
      <Card title={t(text('全部规则包', 'All rule packs'))}>
        <Table
          head={[t(text('规则包', 'Rule pack')), t(text('生效日期', 'Since')), t(text('摘要', 'Digest'))]}
          rows={all.map(each => [
            `${t(each.title)}（${each.ref}）`,
            each.effectiveFrom ?? t(text('未生效', 'Not in force')),
            <code key="digest">{each.digest.slice(0, 16)}…</code>,
          ])}
        />
        <p class="text-secondary mb-0">
          {t(
            text(
              '每项决定都记录其所依据的规则包，旧案按旧规则办理。',
              'Every decision keeps the rule pack it was taken under; old cases are judged by old rules.',
            ),
          )}
        </p>
      </Card>
    </>
  )
}

export const routes: Route[] = [
  page({
    at: 'GET /rules',
    operation: 'showRules',
    permission: 'page.read',
    summary: text('规则', 'Rules'),
    run: rx => ({
      title: text('交易规则', 'Rules of the exchange'),
      lead: text(
        '费率、期限、分级与依据：系统按此计算每一个截止日和每一笔费用。',
        'Fees, deadlines, grades and their sources: the system computes every due date and every fee from these.',
      ),
      body: <Rules pack={rulesAt(rx.now)} all={ruleLibrary().all()} />,
    }),
  }),
]
