import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Route, read } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Bilingual, Instant, iso, nullable } from '../../kernel/wire.ts'
import type { Waiting } from '../../kernel/workload.ts'
import { announcementsWaiting } from '../../modules/bulletin/index.ts'
import { listingsWaiting } from '../../modules/catalog/index.ts'
import { collectionsWaiting } from '../../modules/collection/index.ts'
import { heldWaiting } from '../../modules/data/index.ts'
import { organizationsWaiting } from '../../modules/identity/index.ts'
import { periodsWaiting } from '../../modules/ledger/index.ts'
import { disputesWaiting } from '../../modules/orders/index.ts'
import { registrationsWaiting } from '../../modules/registration/index.ts'
import { resourcesWaiting } from '../../modules/resources/index.ts'
import { assessmentsWaiting } from '../../modules/risk/index.ts'
import { moneyWaiting } from '../../modules/settlement/index.ts'
import { sourcesWaiting } from '../../modules/sources/index.ts'

/** A kind of work: what it is called, where it is done, and which permission does it. */
interface Kind {
  readonly words: Text
  readonly page: string
  readonly permission: string
}

/** All that waits for the operator, in the order in which the desk names it. */
const kinds: Readonly<Record<string, Kind>> = {
  'organization.accept': {
    words: text('机构待受理', 'Organisations to accept'),
    page: '/operator/organizations?state=submitted',
    permission: 'organization.accept',
  },
  'organization.verify': {
    words: text('机构待核验', 'Organisations to verify'),
    page: '/operator/organizations?state=accepted',
    permission: 'organization.verify',
  },
  'listing.accept': {
    words: text('挂牌待受理', 'Listings to accept'),
    page: '/operator/listings?state=submitted',
    permission: 'listing.accept',
  },
  'listing.pass': {
    words: text('挂牌待审核', 'Listings to review'),
    page: '/operator/listings?state=reviewing',
    permission: 'listing.pass',
  },
  'data-version.propose-release': {
    words: text('暂存文件待处理', 'Held files to decide'),
    page: '/operator/files?kind=held',
    permission: 'data-version.propose-release',
  },
  'data-version.release': {
    words: text('暂存文件待放行', 'Held files to release'),
    page: '/operator/files?kind=proposed',
    permission: 'data-version.release',
  },
  'assessment.review': {
    words: text('风险评估待审核', 'Risk assessments to review'),
    page: '/operator/assessments',
    permission: 'assessment.review',
  },
  'data-version.lower': {
    words: text('降级待确认', 'Lower grades to confirm'),
    page: '/operator/assessments',
    permission: 'data-version.lower',
  },
  'resource.review': {
    words: text('资源目录待审核', 'Catalog entries to review'),
    page: '/operator/resources?state=submitted',
    permission: 'resource.review',
  },
  'resource.publish': {
    words: text('资源目录待发布', 'Catalog entries to publish'),
    page: '/operator/resources?state=reviewing',
    permission: 'resource.publish',
  },
  'source.decide': {
    words: text('权威来源待认定', 'Authoritative sources to decide'),
    page: '/source-proposals?state=ready',
    permission: 'source.decide',
  },
  'collection.review': {
    words: text('拟采集事项待审核', 'Planned collections to review'),
    page: '/operator/collections?state=submitted',
    permission: 'collection.review',
  },
  'collection.register': {
    words: text('采集事项待登记', 'Collections to register'),
    page: '/operator/collections?state=reviewing',
    permission: 'collection.register',
  },
  'registration.accept': {
    words: text('登记待受理', 'Registrations to accept'),
    page: '/operator/registrations?state=submitted',
    permission: 'registration.accept',
  },
  'registration.pass': {
    words: text('登记待形式审核', 'Registrations to review'),
    page: '/operator/registrations?state=accepted',
    permission: 'registration.pass',
  },
  'registration.decide-objection': {
    words: text('登记异议待处理', 'Objections to decide'),
    page: '/operator/registrations?state=objection_handling',
    permission: 'registration.decide-objection',
  },
  'bank-account.confirm': {
    words: text('收款账户待确认', 'Bank accounts to confirm'),
    page: '/operator/payouts?tab=accounts',
    permission: 'bank-account.confirm',
  },
  'statement-line.match': {
    words: text('来款待认领', 'Payments to match'),
    page: '/operator/statements?tab=unmatched',
    permission: 'statement-line.match',
  },
  'payout-batch.create': {
    words: text('供方款待提交银行', 'Vendors to pay'),
    page: '/operator/payouts?tab=ready',
    permission: 'payout-batch.create',
  },
  'payout-batch.create-refunds': {
    words: text('退款待提交银行', 'Refunds to pay'),
    page: '/operator/payouts?tab=ready',
    permission: 'payout-batch.create',
  },
  'payout.confirm': {
    words: text('付款待复核确认', 'Payouts to confirm'),
    page: '/operator/payouts?tab=ordered',
    permission: 'payout.confirm',
  },
  'payout.retry': {
    words: text('付款待处理（退票或缺账户）', 'Payouts that bounced or lack an account'),
    page: '/operator/payouts?tab=stuck',
    permission: 'payout.retry',
  },
  'chargeback.answer': {
    words: text('拒付待举证', 'Chargebacks to answer'),
    page: '/operator/orders?state=disputed',
    permission: 'chargeback.answer',
  },
  'difference.explain': {
    words: text('对账差异待查明', 'Differences to account for'),
    page: '/operator/reconciliation',
    permission: 'difference.explain',
  },
  'difference.confirm': {
    words: text('差异更正待复核', 'Corrections to confirm'),
    page: '/operator/reconciliation?state=proposed',
    permission: 'difference.confirm',
  },
  'invoice.issue': {
    words: text('服务费发票待开具', 'Fee invoices to issue'),
    page: '/invoices?view=to-issue',
    permission: 'invoice.issue',
  },
  'intent.resume': {
    words: text('支付通道待处理', 'Payment provider: to be seen to'),
    page: '/operator/payouts?tab=stuck',
    permission: 'intent.resume',
  },
  'period.close': {
    words: text('月份待结账复核', 'Months to close'),
    page: '/operator/books/periods',
    permission: 'period.close',
  },
  'period.reopen': {
    words: text('反结账待复核', 'Closed months to reopen'),
    page: '/operator/books/periods',
    permission: 'period.reopen',
  },
  'order.mediate': {
    words: text('争议待调解', 'Disputes to mediate'),
    page: '/operator/orders?state=disputed',
    permission: 'order.mediate',
  },
  'announcement.publish': {
    words: text('公告待发布', 'Announcements to publish'),
    page: '/operator/announcements?state=draft',
    permission: 'announcement.publish',
  },
}

/** One line of the work list. */
export interface Task extends Waiting, Kind {}

/** Everything that waits for the operator, the oldest first; what nobody waits for comes last, in the order of the desk. */
export async function readWorkList(rx: Rx): Promise<Task[]> {
  const found: Waiting[] = []
  for (const ask of [
    organizationsWaiting,
    listingsWaiting,
    heldWaiting,
    assessmentsWaiting,
    registrationsWaiting,
    resourcesWaiting,
    sourcesWaiting,
    collectionsWaiting,
    moneyWaiting,
    periodsWaiting,
    disputesWaiting,
    announcementsWaiting,
  ])
    found.push(...(await ask(rx)))
  const order = Object.keys(kinds)
  return found
    .flatMap(waiting => {
      const kind = kinds[waiting.kind]
      return kind ? [{ ...waiting, ...kind }] : []
    })
    .sort(
      (a, b) =>
        (a.oldestAt?.getTime() ?? Number.POSITIVE_INFINITY) - (b.oldestAt?.getTime() ?? Number.POSITIVE_INFINITY) ||
        order.indexOf(a.kind) - order.indexOf(b.kind),
    )
}

const WorkListShape = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: Type.String({ description: 'permission that does it' }),
      name: Bilingual,
      count: Type.Integer(),
      overdue: Type.Integer({ description: 'past their deadline' }),
      oldestAt: nullable(Instant),
      page: Type.String({ description: 'where it is done in the browser' }),
    }),
  ),
})

export const workListRoutes: Route[] = [
  read({
    at: 'GET /operator/work-list',
    operation: 'readOperatorWorkList',
    permission: 'operator.work-list',
    tag: 'operator',
    summary: text('运营机构待办', 'What waits for the operator'),
    reply: WorkListShape,
    run: async rx => ({
      items: (await readWorkList(rx)).map(({ kind, words, count, overdue, oldestAt, page }) => ({
        kind,
        name: text(words.zh, words.en),
        count,
        overdue,
        oldestAt: iso(oldestAt),
        page,
      })),
    }),
  }),
]
