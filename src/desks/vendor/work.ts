import { endOfDay } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { countGated, countListings, endingListings, openDrafts, openQuestions } from '../../modules/catalog/index.ts'
import { contractsWaiting } from '../../modules/contracts/index.ts'
import { countDataVersions } from '../../modules/data/index.ts'
import { countOrders, type OrderState } from '../../modules/orders/index.ts'
import { listBankAccounts, payoutStanding } from '../../modules/settlement/index.ts'
import { recordsWork } from '../buyer/recording.tsx'
import { gateWork } from '../risk/tasks.tsx'
import type { WorkItem } from '../worklist.ts'

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const item = (kind: string, count: number, href: string, words: Text, dueAt: Date | null = null): WorkItem[] =>
  count === 0 ? [] : [{ kind: `vendor.${kind}`, count, href, words, dueAt }]

async function dataWork(rx: Rx): Promise<WorkItem[]> {
  const counts = await countDataVersions(rx)
  const ready = counts.get('ready') ?? 0
  const failed = counts.get('failed') ?? 0
  return [
    ...item(
      'data-confirm',
      ready,
      '/vendor/upload?state=ready',
      text(
        `${ready} 个数据文件已读取，待核对确认`,
        `${plural(ready, 'data file was', 'data files were')} read: confirm`,
      ),
    ),
    ...item(
      'data-failed',
      failed,
      '/vendor/upload?state=failed',
      text(
        `${failed} 个数据文件未能读取，查看原因`,
        `${plural(failed, 'data file', 'data files')} could not be read: see why`,
      ),
    ),
  ]
}

/** The one draft itself where there is only one, else their list. */
const place = (ids: readonly string[], state: string): string =>
  ids.length === 1 ? `/vendor/products/${ids[0]}` : `/vendor/listings?state=${state}`

async function draftWork(rx: Rx): Promise<WorkItem[]> {
  const open = await openDrafts(rx, 100)
  const drafts = open.filter(({ state }) => state === 'draft')
  const unclean = drafts.filter(({ report }) => report.errors.length > 0)
  const clean = drafts.filter(({ report }) => report.errors.length === 0)
  const findings = unclean.reduce((sum, { report }) => sum + report.errors.length, 0)
  const ids = (list: typeof open) => list.map(({ productId }) => productId)
  return [
    ...item(
      'draft',
      unclean.length,
      place(ids(unclean), 'draft'),
      text(
        `${unclean.length} 个产品草稿待完善，预检共有 ${findings} 处`,
        `${plural(unclean.length, 'draft', 'drafts')} to complete: ${plural(findings, 'finding', 'findings')} of the pre-check`,
      ),
    ),
    ...item(
      'submit',
      clean.length,
      place(ids(clean), 'draft'),
      text(
        `${clean.length} 个产品草稿已通过预检，可以提交`,
        `${plural(clean.length, 'draft has', 'drafts have')} passed the pre-check: submit`,
      ),
    ),
  ]
}

async function listingWork(rx: Rx): Promise<WorkItem[]> {
  const counts = await countListings(rx)
  const of = (state: string) => counts.find(each => each.state === state)
  const [returned, approved, expired] = [of('supplementing'), of('approved'), of('expired')]
  const ending = await endingListings(rx)
  const gated = await countGated(rx)
  return [
    ...item(
      'gated',
      gated,
      '/vendor/listings?state=suspended',
      text(
        `${gated} 个挂牌因数据未放行而停牌，处理风险或重新评估`,
        `${plural(gated, 'listing is', 'listings are')} suspended because the data is not released: handle the risk or assess it anew`,
      ),
    ),
    ...item(
      'supplement',
      returned?.count ?? 0,
      '/vendor/listings?state=supplementing',
      text(
        `${returned?.count} 个挂牌申请被退回补正`,
        `${plural(returned?.count ?? 0, 'listing was', 'listings were')} returned for supplement`,
      ),
      returned?.dueAt ?? null,
    ),
    ...item(
      'publish',
      approved?.count ?? 0,
      '/vendor/listings?state=approved',
      text(
        `${approved?.count} 个挂牌申请已审核通过，可以挂牌`,
        `${plural(approved?.count ?? 0, 'listing has', 'listings have')} passed the review: publish`,
      ),
    ),
    ...item(
      'ending',
      ending.count,
      '/vendor/listings?state=listed',
      text(`${ending.count} 个挂牌即将到期`, `${plural(ending.count, 'listing ends', 'listings end')} soon`),
      ending.endsOn === null ? null : endOfDay(ending.endsOn),
    ),
    ...item(
      'renew',
      expired?.count ?? 0,
      '/vendor/listings?state=expired',
      text(
        `${expired?.count} 个挂牌已到期，可以续期`,
        `${plural(expired?.count ?? 0, 'listing has', 'listings have')} ended: renew`,
      ),
    ),
  ]
}

async function contractWork(rx: Rx): Promise<WorkItem[]> {
  const { answer, sign } = await contractsWaiting(rx, 'vendor')
  return [
    ...item(
      'contract-answer',
      answer.count,
      '/contracts?side=vendor&state=negotiating',
      text(
        `${answer.count} 份合同待您答复`,
        `${plural(answer.count, 'contract waits', 'contracts wait')} for your answer`,
      ),
      answer.dueAt,
    ),
    ...item(
      'contract-sign',
      sign.count,
      '/contracts?side=vendor',
      text(
        `${sign.count} 份合同待您签署`,
        `${plural(sign.count, 'contract waits', 'contracts wait')} for your signature`,
      ),
      sign.dueAt,
    ),
  ]
}

async function orderWork(rx: Rx): Promise<WorkItem[]> {
  const counts = await countOrders(rx, 'vendor')
  const entry = (kind: string, state: OrderState, words: (n: number) => Text) => {
    const found = counts.find(each => each.state === state)
    const count = found?.count ?? 0
    return item(kind, count, `/orders?as=vendor&state=${state}`, words(count), found?.dueAt ?? null)
  }
  return [
    ...entry('order-delivering', 'delivering', n =>
      text(
        `${n} 笔订单已开放交付，等待需方下载`,
        `${plural(n, 'order is', 'orders are')} open for the buyer to download`,
      ),
    ),
    ...entry('order-rejected', 'rejected', n =>
      text(
        `${n} 笔订单验收不合格，请重新交付或退款`,
        `${plural(n, 'order was', 'orders were')} rejected: deliver again or refund`,
      ),
    ),
    ...entry('order-disputed', 'disputed', n =>
      text(`${n} 笔订单在争议处理中`, `${plural(n, 'order is', 'orders are')} in dispute`),
    ),
  ]
}

async function questionWork(rx: Rx): Promise<WorkItem[]> {
  const n = await openQuestions(rx, rx.actor.organizationId ?? '')
  return item(
    'question',
    n,
    '/vendor/questions',
    text(
      `${n} 个需方提问待答复`,
      `${plural(n, 'question of a buyer waits', 'questions of buyers wait')} for an answer`,
    ),
  )
}

/** Money that waits because there is no confirmed bank account, or the missing account of one who is about to sell. */
async function accountWork(rx: Rx): Promise<WorkItem[]> {
  const [confirmed, submitted] = [
    await listBankAccounts(rx, { state: 'confirmed', limit: 1 }),
    await listBankAccounts(rx, { state: 'submitted', limit: 1 }),
  ]
  if (confirmed.length > 0 || submitted.length > 0) return []
  const waiting = (await payoutStanding(rx)).get('waiting')?.count ?? 0
  return item(
    'bank-account',
    1,
    '/organization/bank-accounts',
    waiting > 0
      ? text(
          `没有收款账户，${waiting} 笔货款无法付出`,
          `There is no bank account: ${plural(waiting, 'payout waits', 'payouts wait')} for one`,
        )
      : text('尚未登记收款账户，结算后无法付款', 'No bank account is registered: what you earn could not be paid out'),
  )
}

/** What waits for the acting vendor, from a file that was read to money that has nowhere to go. */
export async function vendorWork(rx: Rx): Promise<WorkItem[]> {
  if (!rx.actor.roles.includes('vendor') || rx.actor.organizationId === null) return []
  return [
    ...(await dataWork(rx)),
    ...(await gateWork(rx, 'vendor')),
    ...(await draftWork(rx)),
    ...(await listingWork(rx)),
    ...(await contractWork(rx)),
    ...(await orderWork(rx)),
    ...(await recordsWork(rx, 'vendor')),
    ...(await questionWork(rx)),
    ...(await accountWork(rx)),
  ]
}
