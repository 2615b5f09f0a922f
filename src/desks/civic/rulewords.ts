import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'

type ClockName = keyof RulePack['clocks']
type PeriodName = keyof RulePack['periods']

/** What each deadline of a rule pack is for. */
export const clockWords: Readonly<Record<ClockName, Text>> = {
  listingAcceptance: text('挂牌申请受理', 'Accepting an application to list'),
  listingReview: text('挂牌审核', 'Reviewing a listing'),
  listingSupplement: text('挂牌补正', 'Supplementing a listing'),
  registrationAcceptance: text('登记申请受理', 'Accepting a registration'),
  registrationReview: text('登记形式审核', 'Formal review of a registration'),
  registrationSupplement: text('登记补正', 'Supplementing a registration'),
  publicity: text('登记公示', 'Publicity of a registration'),
  objectionHandling: text('异议处理', 'Handling an objection'),
  filingSubmission: text('备案报送', 'Submitting a filing'),
  filingCheck: text('备案核查', 'Checking a filing'),
  filingCorrection: text('备案补正', 'Correcting a filing'),
  negotiation: text('合同磋商', 'Negotiating a contract'),
  signature: text('合同签署', 'Signing a contract'),
  orderConfirmation: text('订单确认', 'Confirming an order'),
  paymentDue: text('付款', 'Payment'),
  deliveryDue: text('交付', 'Delivery'),
  acceptancePeriod: text('验收', 'Acceptance'),
  redelivery: text('重新交付', 'Delivering again'),
  settlementDelay: text('验收后结算', 'Settlement after acceptance'),
  payeeCooling: text('收款账户变更冷静期', 'Waiting time after a change of bank account'),
  disputeMediation: text('争议调解', 'Mediating a dispute'),
  riskReview: text('风险审核', 'Risk review'),
  riskHandling: text('风险处置', 'Handling a risk'),
  breachCheck: text('重复采集举报核查', 'Checking a report of duplicate collection'),
  sharingConformity: text('共享申请规范性审查', 'Conformity check of a sharing request'),
  sharingReplyPublished: text('共享答复（目录已发布）', 'Reply to a sharing request (published resource)'),
  sharingReplyUnpublished: text('共享答复（目录未发布）', 'Reply to a sharing request (unpublished resource)'),
  sharingProvision: text('共享数据提供', 'Providing shared data'),
  openAcceptance: text('依申请开放受理', 'Accepting an application to open data'),
  thirdPartyReply: text('第三方意见征询', 'Consulting a third party'),
  openDecision: text('依申请开放答复', 'Deciding on an application to open data'),
  openExtension: text('依申请开放延期', 'Extending that decision'),
  sourceObjection: text('权威来源异议期', 'Objecting to an authoritative source'),
  sourceAnswer: text('权威来源争议答复', 'Answering a dispute about a source'),
  sourceDecision: text('权威来源认定', 'Deciding an authoritative source'),
  scorecardAppeal: text('评价异议', 'Appealing a scorecard'),
}

/** Which deadlines belong together, in the order in which a trade meets them. */
export const clockGroups: readonly (readonly [title: Text, names: readonly ClockName[]])[] = [
  [text('挂牌', 'Listing'), ['listingAcceptance', 'listingReview', 'listingSupplement', 'riskReview', 'riskHandling']],
  [
    text('签约与履行', 'Contract and performance'),
    [
      'negotiation',
      'signature',
      'orderConfirmation',
      'paymentDue',
      'deliveryDue',
      'acceptancePeriod',
      'redelivery',
      'settlementDelay',
      'payeeCooling',
      'disputeMediation',
    ],
  ],
  [
    text('登记与备案', 'Registration and filing'),
    [
      'registrationAcceptance',
      'registrationReview',
      'registrationSupplement',
      'publicity',
      'objectionHandling',
      'filingSubmission',
      'filingCheck',
      'filingCorrection',
    ],
  ],
  [
    text('公共数据共享与开放', 'Sharing and opening public data'),
    [
      'sourceObjection',
      'sourceAnswer',
      'sourceDecision',
      'sharingConformity',
      'sharingReplyPublished',
      'sharingReplyUnpublished',
      'sharingProvision',
      'openAcceptance',
      'thirdPartyReply',
      'openDecision',
      'openExtension',
      'scorecardAppeal',
    ],
  ],
]

/** What each period of a rule pack is for. */
export const periodWords: Readonly<Record<PeriodName, Text>> = {
  registrationValidity: text('登记有效期', 'Validity of a registration'),
  registrationRenewalAhead: text('到期前可申请续展', 'Renewal opens before the end'),
  riskAssessmentValidity: text('风险评估有效期', 'Validity of a risk assessment'),
  riskRenewalAhead: text('风险评估到期前提醒并可续评', 'Reminder and renewal of a risk assessment before its end'),
  subscriptionNotice: text('订阅续订前的提示', 'Notice before a subscription is renewed'),
  refundAlipay: text('支付宝付款原路退回期限', 'Refund the way it came of a payment by Alipay'),
  refundWechatPay: text('微信支付付款原路退回期限', 'Refund the way it came of a payment by WeChat Pay'),
  subscriptionGrace: text('订阅续订款的付款宽限期', 'Grace for paying a renewed subscription'),
  incidentReportCritical: text('安全事件报告：关键信息基础设施', 'Reporting an incident: critical infrastructure'),
  incidentReportCentral: text('安全事件报告：中央和国家机关', 'Reporting an incident: central organs'),
  incidentReport: text('安全事件报告：其他', 'Reporting an incident: others'),
  incidentSummary: text('安全事件总结报告', 'Summary report of an incident'),
  productFlawReport: text('产品缺陷报告', 'Reporting a flaw of a product'),
  retainNetworkLog: text('网络日志保存', 'Keeping network logs'),
  retainProvision: text('个人信息、重要数据提供记录保存', 'Keeping records of personal or important data provided'),
  retainAssessment: text('个人信息保护影响评估报告保存', 'Keeping impact assessments on personal information'),
  retainTrade: text('交易记录保存', 'Keeping records of trades'),
  retainRegistration: text('登记材料保存', 'Keeping registration files'),
}
