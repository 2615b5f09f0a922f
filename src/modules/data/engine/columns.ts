import type { DuckDBConnection } from '@duckdb/node-api'
import { type Text, text } from '../../../kernel/text.ts'
import { quoted } from './source.ts'
import type { ColumnProfile, ColumnType } from './types.ts'

/** Columns read in one query: enough to share a pass, few enough to fit the memory limit. */
const BATCH = 20
/** Columns that one table file holds; a whole number of batches. */
export const COLUMNS_PER_TABLE = 12 * BATCH
/** An exact count keeps all values of a column in memory at once, an estimate does not. */
const EXACT_ROWS = 50_000
export const EXACT_COLUMNS = 60
export const SHOWN_CHARACTERS = 200
/** From this share of matching values on, the rest is worth a warning: it is probably a mistake in the data. */
const ALMOST = 0.9

/** What a column may be, judged by a sample; the whole column then confirms or refutes it. */
export type Candidate = 'number' | 'date' | 'compactDate' | 'timestamp' | 'boolean' | 'text'

export interface RawColumn {
  readonly name: string
  /** The type that the format declares, if it does. */
  readonly declared: ColumnType | undefined
  readonly sample: readonly string[]
}

export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/
const DATE = /^\d{4}(-\d{1,2}-|\/\d{1,2}\/|年\d{1,2}月)\d{1,2}日?$/
const TIMESTAMP = /^\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?$/
const COMPACT_DATE = /^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/
const BOOLEAN = /^(true|false|yes|no|y|n|t|f|是|否)$/i

/** Names of columns whose digits are names of things and not quantities. */
export const IDENTIFIER_NAME =
  /(^|[_\s.-])(id|code|no|uscc|zip|phone|tel|mobile|adcode|postcode|isbn|imei)$|[a-z](Id|ID|Code|No)$|编码|代码|编号|号码|证号|电话|手机|邮编|区划|账号|帐号|信用代码/i
const DATE_NAME = /date|day|日期|时间|年月日/i

/** What the sample allows a column to be; without any value everything is possible and the whole column decides. */
function candidateOf(column: RawColumn): Candidate {
  const { declared, name, sample } = column
  if (declared === 'integer' || declared === 'decimal') return 'number'
  if (declared) return declared
  const share = (pattern: RegExp) => sample.filter(value => pattern.test(value)).length / Math.max(1, sample.length)
  if (DATE_NAME.test(name) && share(COMPACT_DATE) >= ALMOST) return 'compactDate'
  const ranked: [Candidate, RegExp][] = [
    ['number', NUMBER],
    ['date', DATE],
    ['timestamp', TIMESTAMP],
    ['boolean', BOOLEAN],
  ]
  return ranked.find(([, pattern]) => share(pattern) >= ALMOST)?.[0] ?? 'text'
}

export const dateFormats = "['%Y-%m-%d', '%Y/%m/%d', '%Y年%m月%d日', '%Y年%m月%d']"
const timestampFormats =
  "['%Y-%m-%d %H:%M:%S', '%Y/%m/%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y/%m/%d %H:%M', '%Y年%m月%d日 %H:%M:%S', '%Y年%m月%d日 %H:%M']"

// Casts and plain comparisons: each regular expression of the engine may hold 8 MB in every thread, and costs more.
const hasOffset = (c: string) =>
  `(right(${c}, 1) = 'Z' OR contains(substr(${c}, 11), '+') OR contains(substr(${c}, 11), '-'))`

/** The value by which a column of this kind is ordered; null where a value is not of the kind. */
export function keyOf(candidate: Candidate, c: string): string {
  switch (candidate) {
    case 'number':
      // The cast would also take NaN, infinity and 1_000.
      return `CASE WHEN contains(${c}, '_') OR contains(${c}, 'n') OR contains(${c}, 'N') THEN NULL ELSE TRY_CAST(${c} AS DOUBLE) END`
    case 'date':
      return `CAST(try_strptime(${c}, ${dateFormats}) AS DATE)`
    case 'compactDate':
      return `CAST(try_strptime(${c}, '%Y%m%d') AS DATE)`
    case 'timestamp':
      return `CASE WHEN ${hasOffset(c)} THEN TRY_CAST(${c} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
        ELSE coalesce(TRY_CAST(${c} AS TIMESTAMP), try_strptime(${c}, ${timestampFormats})) END`
    case 'boolean':
      return `CASE WHEN lower(${c}) IN ('true', 'false', 'yes', 'no', 'y', 'n', 't', 'f', '是', '否') THEN 1 END`
    case 'text':
      return c
  }
}

/** A zero before other digits. */
const leadsWithZero = (digits: string) => `(strlen(${digits}) > 1 AND NOT contains('.eE', substr(${digits}, 2, 1)))`

/** The number of digits before the point; a sign sorts before them. */
const wholeDigits = (c: string) =>
  `(CASE WHEN contains(${c}, '.') THEN strpos(${c}, '.') - 1 ELSE strlen(${c}) END - CAST(${c} < '0' AS INTEGER))`

/**
 * A number whose digits say more than its value: a leading zero, or more digits than a number keeps. Only the branches
 * of a CASE are left out where they are not needed, so they keep what is costly from the many values that are short or
 * begin with another digit.
 */
const isIdentifier = (c: string) => `CASE WHEN strlen(${c}) < 2 THEN false
  WHEN strlen(${c}) >= 16 AND ${wholeDigits(c)} >= 16 THEN true
  WHEN ${c} >= '1' THEN false
  WHEN starts_with(ltrim(${c}, '+-'), '0') THEN ${leadsWithZero(`ltrim(${c}, '+-')`)} ELSE false END`

interface Facts {
  readonly filled: number
  readonly distinct: number
  readonly example: string | null
  readonly matching: number
  readonly integers: number
  readonly identifiers: number
  readonly isoFrom: string | null
  readonly isoTo: string | null
  readonly min: string | null
  readonly max: string | null
  readonly textMin: string | null
  readonly textMax: string | null
  readonly stranger: string | null
}

/** The aggregates over a column `c` and its key `k`, by the fact they give. */
function factsSql(candidate: Candidate, c: string, k: string, isExact: boolean): [keyof Facts, string][] {
  const shown = (value: string) => `left(${value}, ${SHOWN_CHARACTERS})`
  const facts: [keyof Facts, string][] = [
    ['filled', `count(${c})`],
    ['distinct', isExact ? `count(DISTINCT ${c})` : `approx_count_distinct(${c})`],
    ['example', shown(`any_value(${c})`)],
    ['textMin', shown(`min(${c})`)],
    ['textMax', shown(`max(${c})`)],
  ]
  if (candidate === 'text') return facts
  facts.push(['matching', `count(${k})`], ['stranger', shown(`any_value(${c}) FILTER (${k} IS NULL)`)])
  if (candidate === 'boolean') return facts
  facts.push(['min', `arg_min(${c}, ${k})`], ['max', `arg_max(${c}, ${k})`])
  if (candidate === 'number') {
    facts.push([
      'integers',
      `count(${k}) FILTER (NOT contains(${c}, '.') AND NOT contains(${c}, 'e') AND NOT contains(${c}, 'E'))`,
    ])
    facts.push(['identifiers', `count(${k}) FILTER (${isIdentifier(c)})`])
  } else {
    facts.push(['isoFrom', `CAST(min(${k}) AS VARCHAR)`], ['isoTo', `CAST(max(${k}) AS VARCHAR)`])
  }
  return facts
}

function typeOf(column: RawColumn, candidate: Candidate, facts: Facts): ColumnType {
  if (facts.filled === 0) return column.declared ?? 'text'
  if (facts.matching < facts.filled || candidate === 'text') return 'text'
  if (candidate === 'compactDate') return 'date'
  if (candidate !== 'number') return candidate
  if (IDENTIFIER_NAME.test(column.name) || facts.identifiers > 0) return 'text'
  return facts.integers === facts.filled && column.declared !== 'decimal' ? 'integer' : 'decimal'
}

const kindWords: Readonly<Record<Candidate, Text>> = {
  number: text('数字', 'a number'),
  date: text('日期', 'a date'),
  compactDate: text('日期', 'a date'),
  timestamp: text('时间', 'a time'),
  boolean: text('是/否', 'yes or no'),
  text: text('文本', 'text'),
}

function warningOf(column: RawColumn, candidate: Candidate, facts: Facts): Text | undefined {
  if (facts.filled === 0) return text(`列“${column.name}”没有任何值`, `Column "${column.name}" has no value at all`)
  const odd = facts.filled - facts.matching
  if (candidate === 'text' || odd === 0 || facts.identifiers > 0 || facts.matching < ALMOST * facts.filled)
    return undefined
  const { zh, en } = kindWords[candidate]
  return text(
    `列“${column.name}”有 ${odd} 个值不是${zh}（例如“${facts.stranger}”），因此按文本读取`,
    `Column "${column.name}" has ${odd} values that are not ${en} (such as "${facts.stranger}"), so it is read as text`,
  )
}

/** A day or instant in ISO 8601; instants with an offset in the file come in UTC. */
function isoOf(value: string | null, original: string | null): string | null {
  if (value === null) return null
  const iso = value.replace(' ', 'T')
  return iso.includes('T') && /(Z|[+-]\d{2}(:?\d{2})?)$/.test((original ?? '').slice(10)) ? `${iso}Z` : iso
}

export interface ColumnResult {
  readonly profile: ColumnProfile
  /** What the values were read as. */
  readonly candidate: Candidate
  readonly warning: Text | undefined
  /** First and last day or instant, for dates and timestamps. */
  readonly range: { readonly from: string; readonly to: string } | undefined
}

function resultOf(column: RawColumn, candidate: Candidate, facts: Facts, rows: number): ColumnResult {
  const type = typeOf(column, candidate, facts)
  const isOrdered = type !== 'text' && type !== 'boolean'
  const from = isoOf(facts.isoFrom, facts.min)
  const to = isoOf(facts.isoTo, facts.max)
  return {
    profile: {
      name: column.name,
      type,
      nullCount: rows - facts.filled,
      distinctCount: Math.min(facts.distinct, facts.filled),
      min: isOrdered ? facts.min : type === 'text' ? facts.textMin : null,
      max: isOrdered ? facts.max : type === 'text' ? facts.textMax : null,
      example: column.sample[0]?.slice(0, SHOWN_CHARACTERS) ?? facts.example,
    },
    candidate,
    warning: warningOf(column, candidate, facts),
    range: (type === 'date' || type === 'timestamp') && from && to ? { from, to } : undefined,
  }
}

/** What an aggregate gives, as the fact it stands for; a fact not asked for is 0 or null. */
function factsOf(candidate: Candidate, found: ReadonlyMap<string, unknown>): Facts {
  const count = (fact: keyof Facts) => Number(found.get(fact) ?? 0)
  const words = (fact: keyof Facts) => {
    const value = found.get(fact)
    return typeof value === 'string' ? value : null
  }
  return {
    filled: count('filled'),
    distinct: count('distinct'),
    example: words('example'),
    matching: candidate === 'text' ? count('filled') : count('matching'),
    integers: count('integers'),
    identifiers: count('identifiers'),
    isoFrom: words('isoFrom'),
    isoTo: words('isoTo'),
    min: words('min'),
    max: words('max'),
    textMin: words('textMin'),
    textMax: words('textMax'),
    stranger: words('stranger'),
  }
}

async function readBatch(
  connection: DuckDBConnection,
  table: string,
  first: number,
  candidates: readonly Candidate[],
  isExact: boolean,
): Promise<Facts[]> {
  // Keys are made once in an inner query: the planner's time grows with every repetition.
  const inner = candidates.flatMap((candidate, at) => {
    const c = `c${first + at}`
    return candidate === 'text' ? [c] : [c, `${keyOf(candidate, c)} AS k${first + at}`]
  })
  const asked = candidates.map((candidate, at) => factsSql(candidate, `c${first + at}`, `k${first + at}`, isExact))
  const reader = await connection.runAndReadAll(
    `SELECT ${asked.flatMap(facts => facts.map(([, sql]) => sql)).join(', ')}
     FROM (SELECT ${inner.join(', ')} FROM read_parquet(${quoted(table)}))`,
  )
  const values = reader.getRowsJson()[0] ?? []
  let next = 0
  return asked.map((facts, at) => {
    const found = new Map(facts.map(([fact]) => [fact, values[next++]]))
    return factsOf(candidates[at] ?? 'text', found)
  })
}

/** Reads the facts of every column of tables whose columns are texts c0, c1, … */
export async function readColumns(
  connection: DuckDBConnection,
  tables: readonly string[],
  columns: readonly RawColumn[],
  rows: number,
): Promise<ColumnResult[]> {
  const results: ColumnResult[] = []
  const isExact = rows <= EXACT_ROWS && columns.length <= EXACT_COLUMNS
  for (let first = 0; first < columns.length; first += BATCH) {
    const batch = columns.slice(first, first + BATCH)
    const table = tables[Math.floor(first / COLUMNS_PER_TABLE)] ?? ''
    const candidates = batch.map(candidateOf)
    const facts = await readBatch(connection, table, first, candidates, isExact)
    for (const [at, column] of batch.entries()) {
      const [candidate, found] = [candidates[at], facts[at]]
      if (candidate && found) results.push(resultOf(column, candidate, found, rows))
    }
  }
  return results
}
