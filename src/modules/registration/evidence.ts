import { inArray, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { formatYuan } from '../../kernel/money.ts'
import { type Text, text } from '../../kernel/text.ts'
import { tradedPurposes } from '../catalog/index.ts'
import { contractOf, troubledContracts } from '../contracts/index.ts'
import type { Filing } from './filing.ts'
import {
  corrected,
  type FindingCode,
  findingRules,
  findingsOf,
  limitsOf,
  peerPrices,
  peersOf,
  repeated,
} from './findings.ts'
import { type RegistrationState, registrationMachine } from './model.ts'
import { registrationOf } from './queries.ts'
import { filing } from './schema.ts'

/** What a finding rests on: another filing or a contract, with its number. */
export interface Related {
  readonly kind: 'filing' | 'contract' | 'registration'
  readonly id: string
  readonly number: string | null
}

/** A rule that meets a filing, with the facts that it met. */
export interface Finding {
  readonly code: FindingCode
  readonly title: Text
  readonly rule: Text
  readonly detail: Text
  readonly related: readonly Related[]
}

type Evidence = Pick<Finding, 'detail' | 'related'>

async function filings(rx: Rx, ids: readonly string[]): Promise<Filing[]> {
  if (ids.length === 0) return []
  const rows = await rx.tx
    .select()
    .from(filing)
    .where(inArray(filing.id, [...ids]))
  return ids.flatMap(id => rows.filter(row => row.id === id))
}

const toRelated = (rows: readonly Filing[]): Related[] => rows.map(({ id, number }) => ({ kind: 'filing', id, number }))

/** `2.35`, from a ratio of two amounts, rounded down. */
const ratio = (a: bigint, b: bigint): string => {
  const hundredths = (a * 100n) / b
  return `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, '0')}`
}

async function amount(rx: Rx, row: Filing): Promise<Evidence> {
  const { count, medianFen } = await peerPrices(rx, row.id)
  const [own, median] = [formatYuan(row.amountFen), formatYuan(medianFen)]
  const times = medianFen > 0n ? ratio(row.amountFen, medianFen) : '—'
  return {
    detail: text(
      `本笔 ¥${own}；该产品另有 ${count} 笔有偿交易，中位数 ¥${median}，本笔为其 ${times} 倍。`,
      `This trade: CNY ${own}. The product's ${count} other paid trades have a median of CNY ${median}: ${times} times.`,
    ),
    related: [],
  }
}

async function deviations(rx: Rx, row: Filing): Promise<Evidence> {
  const { deviations: list, id, number } = await contractOf(rx, row.contractId)
  const where = list.map(each => each.pointer).join('、')
  return {
    detail: text(`${list.length} 处偏离：${where}。`, `${list.length} deviation(s): ${where}.`),
    related: [{ kind: 'contract', id, number }],
  }
}

async function corrections(rx: Rx, row: Filing): Promise<Evidence> {
  const rows = await filings(rx, await peersOf(rx, row.id, corrected(rx)))
  const sides = new Set(rows.flatMap(each => [each.vendorId, each.buyerId]))
  const who = [sides.has(row.vendorId) && '供方', sides.has(row.buyerId) && '需方'].filter(Boolean).join('、')
  const whoEn = [sides.has(row.vendorId) && 'vendor', sides.has(row.buyerId) && 'buyer'].filter(Boolean).join(' and ')
  return {
    detail: text(
      `${who}有 ${rows.length} 份备案曾需补正。`,
      `${rows.length} filing(s) of the ${whoEn} had to be corrected.`,
    ),
    related: toRelated(rows),
  }
}

async function voids(rx: Rx, row: Filing): Promise<Evidence> {
  const found = [...(await troubledContracts(rx, row.vendorId)), ...(await troubledContracts(rx, row.buyerId))].filter(
    each => each.state === 'void' && each.id !== row.contractId,
  )
  const distinct = [...new Map(found.map(each => [each.id, each])).values()]
  return {
    detail: text(`${distinct.length} 份合同被确认无效。`, `${distinct.length} contract(s) found void.`),
    related: distinct.map(({ id, number }) => ({ kind: 'contract', id, number })),
  }
}

async function purposes(rx: Rx, row: Filing): Promise<Evidence> {
  const of = tradedPurposes({ number: filing.productNumber, versionNo: filing.productVersion })
  const [found] = await rx.tx.execute<{ of: { allowed: string[]; prohibited: string[] } | null }>(
    sql`select ${of} as of from ${filing} where ${filing.id} = ${row.id}`,
  )
  const [allowed, prohibited] = [found?.of?.allowed.join('、') || '—', found?.of?.prohibited.join('、') || '—']
  const { purpose, scenario } = row.facts
  return {
    detail: text(
      `使用目的“${purpose}”，使用场景“${scenario}”；该产品允许：${allowed}；禁止：${prohibited}。`,
      `Purpose “${purpose}”, scenario “${scenario}”; the product allows: ${allowed}; it prohibits: ${prohibited}.`,
    ),
    related: [],
  }
}

async function repeats(rx: Rx, row: Filing): Promise<Evidence> {
  const rows = await filings(rx, await peersOf(rx, row.id, repeated(rx)))
  return {
    detail: text(
      `此前数日内双方另有 ${rows.length} 笔交易。`,
      `The two traded ${rows.length} more time(s) in the days before.`,
    ),
    related: toRelated(rows),
  }
}

async function certificate(rx: Rx, row: Filing): Promise<Evidence> {
  const found = await registrationOf(rx, row.contractId)
  if (!found) return { detail: text('该交易没有登记。', 'The trade has no registration.'), related: [] }
  const words = registrationMachine.states[found.state as RegistrationState]
  const isLate = found.dueAt !== null && found.dueAt < rx.now
  return {
    detail: text(
      `登记状态：${words.zh}${isLate ? '，已逾期' : ''}。`,
      `Registration: ${words.en}${isLate ? ', overdue' : ''}.`,
    ),
    related: [{ kind: 'registration', id: found.id, number: found.number }],
  }
}

const plain = (detail: Text): Evidence => ({ detail, related: [] })

const explain: Record<FindingCode, (rx: Rx, row: Filing) => Promise<Evidence> | Evidence> = {
  'amount-above-peers': amount,
  'terms-deviate': deviations,
  'party-corrected': corrections,
  'party-void-contract': voids,
  'purpose-outside': purposes,
  'parties-repeat': repeats,
  'certificate-missing': certificate,
  'personal-info': (_rx, { facts }) =>
    plain(
      facts.personalInfoBasis
        ? text(`合法性基础：${facts.personalInfoBasis}`, `Lawful basis: ${facts.personalInfoBasis}`)
        : text('未说明合法性基础。', 'No lawful basis is stated.'),
    ),
  'important-data': (_rx, { facts }) => plain(text(`定级：${facts.grade}`, `Grade: ${facts.grade}`)),
}

/** What looks wrong with a filing: each rule that meets it, with the facts that it met. */
export async function explainFindings(rx: Rx, row: Filing): Promise<Finding[]> {
  const codes = (await findingsOf(rx, [row.id])).get(row.id) ?? []
  const found: Finding[] = []
  const limits = limitsOf(rx)
  for (const code of codes) {
    const { title, rule } = findingRules[code]
    found.push({ code, title, rule: rule(limits), ...(await explain[code](rx, row)) })
  }
  return found
}
