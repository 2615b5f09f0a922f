import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Rx } from '../../kernel/command.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { isOutsidePurposes } from '../catalog/index.ts'
import { hasVoidContract, readable } from '../contracts/index.ts'
import { filing, registration } from './schema.ts'

/** The numbers of the rules, from the pack in force. */
export type Limits = RulePack['findings']
export const limitsOf = (rx: Rx): Limits => rulesAt(rx.now).findings

/** A rule by which a filing is worth a closer look: what it is called and what it compares. It proves nothing. */
export interface FindingRule {
  readonly title: Text
  readonly rule: (of: Limits) => Text
}

export const findingRules = {
  'amount-above-peers': {
    title: text('金额明显高于同产品其他交易', 'Amount far above the product’s other trades'),
    rule: of =>
      text(
        `同一产品有至少 ${of.minPeers} 笔其他有偿交易，而本笔金额超过其中位数的 ${of.timesMedian} 倍。`,
        `The product has at least ${of.minPeers} other paid trades, and this amount is over ${of.timesMedian} times their median.`,
      ),
  },
  'terms-deviate': {
    title: text('条款偏离示范文本', 'Terms deviate from the model contract'),
    rule: () =>
      text(
        '合同有条款与示范文本或挂牌内容不同。偏离是允许的，须逐条看明。',
        'Some terms differ from the model contract or the listing. That is allowed; look at each.',
      ),
  },
  'party-corrected': {
    title: text('当事方曾被责令补正', 'A party was ordered to correct before'),
    rule: of =>
      text(
        `供方或需方此前 ${of.memoryDays} 日内有其他备案被责令补正或移交监督。`,
        `Another filing of the vendor or the buyer in the ${of.memoryDays} days before was ordered to be corrected, or referred.`,
      ),
  },
  'party-void-contract': {
    title: text('当事方有合同被确认无效', 'A party has a contract that was found void'),
    rule: () =>
      text(
        '供方或需方的其他合同曾被法院或主管部门确认无效。',
        'Another contract of the vendor or the buyer was found void by a court or an authority.',
      ),
  },
  'purpose-outside': {
    title: text('用途超出产品允许范围', 'Purpose outside what the product allows'),
    rule: () =>
      text(
        '备案的使用目的不在该产品版本允许的用途之内，或使用场景写有其禁止的用途。',
        'The purpose is not among those that this version of the product allows, or the scenario names one it prohibits.',
      ),
  },
  'parties-repeat': {
    title: text('相同双方短期内重复交易', 'The same two parties trade again within days'),
    rule: of =>
      text(
        `同一供方与需方在此前 ${of.repeatDays} 日内还有其他交易备案。`,
        `The same vendor and buyer filed another trade in the ${of.repeatDays} days before.`,
      ),
  },
  'certificate-missing': {
    title: text('缺少有效的登记证书', 'No valid certificate of registration'),
    rule: () =>
      text(
        '该交易没有有效的登记证书：登记未获通过、已注销、已撤销、已到期，或者审核已经逾期。',
        'The trade has no valid certificate: its registration was refused, cancelled, revoked or has expired, or is overdue.',
      ),
  },
  'personal-info': {
    title: text('涉及个人信息', 'Personal information included'),
    rule: () =>
      text(
        '数据含有个人信息，须核对合法性基础、告知文本和单独同意（个人信息保护法第二十三条）。',
        'The data hold personal information: check the lawful basis, the notice and separate consent (PIPL Art. 23).',
      ),
  },
  'important-data': {
    title: text('重要数据', 'Important data'),
    rule: () =>
      text(
        '数据定级为“重要”，须核对批准与风险评估材料。',
        'The data are graded important: check the approval and the risk assessment.',
      ),
  },
} as const satisfies Record<string, FindingRule>

export type FindingCode = keyof typeof findingRules
export const findingCodes = Object.keys(findingRules) as FindingCode[]

/** Another filing, beside the one that is judged. */
export const peer = alias(filing, 'peer')

/** The other filings that the actor may know of: no finding tells of what lies outside one's jurisdiction. */
const peers = (rx: Rx, what: SQL): SQL =>
  sql`from ${filing} as ${peer} where ${peer.id} <> ${filing.id} and ${what} and ${readable(rx.actor, peer) ?? sql`true`}`

const at = (rx: Rx): SQL => sql`${rx.now.toISOString()}::timestamptz`

/** Other paid trades of the same product. */
export const sameProduct = sql`${peer.productNumber} = ${filing.productNumber} and ${peer.amountFen} > 0`
/** Filings of either party that had to be corrected, within memory. */
export const corrected = (rx: Rx): SQL => sql`(${peer.vendorId} in (${filing.vendorId}, ${filing.buyerId})
    or ${peer.buyerId} in (${filing.vendorId}, ${filing.buyerId}))
  and (${peer.version} > 1 or ${peer.state} in ('correction_ordered', 'referred'))
  and ${peer.createdAt} < ${filing.createdAt}
  and ${peer.createdAt} > ${filing.createdAt} - make_interval(days => ${limitsOf(rx).memoryDays}::int)`
/** Trades of the same vendor with the same buyer shortly before. */
export const repeated = (
  rx: Rx,
): SQL => sql`${peer.vendorId} = ${filing.vendorId} and ${peer.buyerId} = ${filing.buyerId}
  and ${peer.createdAt} <= ${filing.createdAt}
  and ${peer.createdAt} > ${filing.createdAt} - make_interval(days => ${limitsOf(rx).repeatDays}::int)`

const traded = { number: filing.productNumber, versionNo: filing.productVersion }

/** Each rule as a condition on rows of `filing`; never null. */
function conditions(rx: Rx): Record<FindingCode, SQL> {
  const limits = limitsOf(rx)
  return {
    'amount-above-peers': sql`coalesce((select count(*) >= ${limits.minPeers}::int
        and ${filing.amountFen} > ${limits.timesMedian}::int * percentile_cont(0.5) within group (order by ${peer.amountFen})
      ${peers(rx, sameProduct)}), false)`,
    'terms-deviate': sql`${filing.deviations} > 0`,
    'party-corrected': sql`exists (select 1 ${peers(rx, corrected(rx))})`,
    'party-void-contract': hasVoidContract(rx.actor, filing),
    'purpose-outside': isOutsidePurposes(
      traded,
      sql`(${filing.facts}->>'purpose')`,
      sql`(${filing.facts}->>'scenario')`,
    ),
    'parties-repeat': sql`exists (select 1 ${peers(rx, repeated(rx))})`,
    'certificate-missing': sql`not exists (select 1 from ${registration}
      where ${registration.contractId} = ${filing.contractId} and (
        (${registration.state} = 'registered' and (${registration.certificateSha256} is not null
          or ${registration.registeredAt} > ${at(rx)} - interval '1 day'))
        or (${registration.state} in ('submitted', 'supplementing', 'accepted', 'publicity', 'objection_handling')
          and (${registration.dueAt} is null or ${registration.dueAt} >= ${at(rx)}))))`,
    'personal-info': sql`${filing.containsPersonalInfo}`,
    'important-data': sql`${filing.grade} = 'important'`,
  }
}

/** Whether one rule, or any of them, meets a filing: a condition for a list. */
export function hasFinding(rx: Rx, code?: FindingCode): SQL {
  const all = conditions(rx)
  return code ? all[code] : sql`(${sql.join(Object.values(all), sql` or `)})`
}

/** Which rules meet each of these filings; filings without any are absent. */
export async function findingsOf(rx: Rx, ids: readonly string[]): Promise<Map<string, FindingCode[]>> {
  if (ids.length === 0) return new Map()
  const cases = Object.entries(conditions(rx)).map(([code, is]) => sql`case when ${is} then ${code}::text end`)
  const rows = await rx.tx.execute<{ id: string; codes: FindingCode[] }>(sql`
    select ${filing.id} as id, array_remove(array[${sql.join(cases, sql`, `)}], null) as codes
    from ${filing} where ${filing.id} in ${[...ids]}`)
  return new Map(rows.filter(row => row.codes.length > 0).map(row => [row.id, row.codes]))
}

/** How many of the filings under `where` each rule meets. */
export async function countFindings(rx: Rx, where: SQL | undefined): Promise<Map<FindingCode, number>> {
  const counted = Object.entries(conditions(rx)).map(
    ([code, is]) => sql`count(*) filter (where ${is}) as ${sql.identifier(code)}`,
  )
  const [row] = await rx.tx.execute<Record<string, string>>(
    sql`select ${sql.join(counted, sql`, `)} from ${filing} where ${where ?? sql`true`}`,
  )
  return new Map(findingCodes.map(code => [code, Number(row?.[code] ?? 0)]))
}

/** Rows of other filings behind a rule, newest first. */
export async function peersOf(rx: Rx, id: string, what: SQL, limit = 10) {
  const rows = await rx.tx.execute<{ id: string }>(
    sql`select ${peer.id} as id from ${filing}, lateral (select * ${peers(rx, what)}) as ${peer}
      where ${filing.id} = ${id} order by ${peer.createdAt} desc, ${peer.id} desc limit ${limit}`,
  )
  return rows.map(row => row.id)
}

/** Count and median price of the product's other paid trades. */
export async function peerPrices(rx: Rx, id: string): Promise<{ count: number; medianFen: bigint }> {
  const [row] = await rx.tx.execute<{ count: string; median: string | null }>(
    sql`select p.count, p.median from ${filing}, lateral (select count(*) as count,
        round(percentile_cont(0.5) within group (order by ${peer.amountFen}))::bigint as median
        ${peers(rx, sameProduct)}) as p
      where ${filing.id} = ${id}`,
  )
  return { count: Number(row?.count ?? 0), medianFen: BigInt(row?.median ?? 0) }
}
