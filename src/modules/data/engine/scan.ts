import type { DuckDBConnection } from '@duckdb/node-api'
import { allDivisions } from '../../../kernel/division.ts'
import { COLUMNS_PER_TABLE } from './columns.ts'
import { quoted } from './source.ts'

/** What the scan looks for. All but the organisation's code tell of a person. */
export const sensitiveKinds = ['citizen-id', 'uscc', 'phone', 'bank-card', 'e-mail', 'address'] as const
export type SensitiveKind = (typeof sensitiveKinds)[number]

/** How often a kind of sensitive value was found in a column. Never the values: samples are masked in the engine. */
export interface SensitiveColumn {
  readonly column: string
  readonly kind: SensitiveKind
  /** rows that hold such a value */
  readonly count: number
  /** rows that hold any value */
  readonly filled: number
  /** `count` of `filled`, parts per million */
  readonly sharePpm: number
  /** different values, an estimate */
  readonly distinct: number
  readonly samples: readonly string[]
}

/** Columns judged together in the first, cheap look. */
const BATCH = 20
const SAMPLES = 3
const LONGEST = 4000
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

/** The first two digits of citizens' numbers: the provinces, and residence permits of Hong Kong, Macao and Taiwan. */
const provinces = [
  ...new Set(
    [...allDivisions().filter(({ level }) => level === 'province'), { code: '83' }].map(d => d.code.slice(0, 2)),
  ),
]
  .map(quoted)
  .join(', ')

const isDigits = (c: string) => `translate(${c}, '0123456789', '') = ''`
/** The digit at a place counted from the right of a whole number. */
const digit = (n: string, fromRight: number) => `((${n} // ${10n ** BigInt(fromRight)}) % 10)`

/** Mod 11-2 over the first 17 digits (GB 11643), a date of birth that exists, and a province. */
const citizenId = (v: string) => {
  const n = `TRY_CAST(left(${v}, 17) AS BIGINT)`
  const sum = ID_WEIGHTS.map((weight, i) => `${weight} * ${digit('n', 16 - i)}`).join(' + ')
  return {
    key: `CASE WHEN length(${v}) = 18 AND ${isDigits(`left(${v}, 17)`)} AND left(${v}, 2) IN (${provinces})
      AND substr(${v}, 7, 2) IN ('18', '19', '20', '21')
      AND TRY_CAST(substr(${v}, 7, 4) || '-' || substr(${v}, 11, 2) || '-' || substr(${v}, 13, 2) AS DATE) IS NOT NULL
      THEN ${n} END`,
    test: `n IS NOT NULL AND substr('10X98765432', CAST((${sum}) % 11 AS INTEGER) + 1, 1) = upper(right(v, 1))`,
  }
}

/** Weights 3^i mod 31 over the first 17 places (GB 32100); the body is a form of its alphabet. */
const uscc = (v: string) => {
  const value = (place: number) => `(strpos('${USCC_ALPHABET}', substr(v, ${place}, 1)) - 1)`
  const sum = USCC_WEIGHTS.map((weight, i) => `${weight} * ${value(i + 1)}`).join(' + ')
  return {
    key: `CASE WHEN length(${v}) = 18 AND translate(${v}, '${USCC_ALPHABET}', '') = '' AND ${isDigits(`substr(${v}, 3, 6)`)}
      AND substr(${v}, 3, 2) IN ('10', ${provinces}) AND strpos('123456789ANY', left(${v}, 1)) > 0 THEN 1 END`,
    test: `n IS NOT NULL AND (31 - (${sum}) % 31) % 31 = ${value(18)}`,
  }
}

/** Luhn over 16 to 19 digits that begin as bank cards in China do. */
const bankCard = (v: string) => {
  const doubled = (d: string) => `(2 * ${d} - CASE WHEN ${d} > 4 THEN 9 ELSE 0 END)`
  const sum = Array.from({ length: 19 }, (_, i) => (i % 2 === 1 ? doubled(digit('n', i)) : digit('n', i))).join(' + ')
  return {
    key: `CASE WHEN length(${v}) BETWEEN 16 AND 19 AND ${isDigits(v)} AND left(${v}, 1) IN ('3', '4', '5', '6', '9')
      THEN TRY_CAST(${v} AS UBIGINT) END`,
    test: `n IS NOT NULL AND (${sum}) % 10 = 0`,
  }
}

/** A number of 11 digits as mobile networks give them. */
const phone = (v: string) => ({
  key: `CASE WHEN length(${v}) = 11 AND ${isDigits(v)} AND ${v} >= '13' AND ${v} < '2' THEN 1 END`,
  test: 'n IS NOT NULL',
})

interface Spec {
  /** The value to be judged, cut out of a longer text where it stands in one. */
  readonly cut: (c: string) => string
  readonly judge: (v: string) => { readonly key: string; readonly test: string }
  /** How a found value `v` is shown. */
  readonly mask: string
  /** From which share of the values that look alike on the findings are no chance, percent. */
  readonly leastPercent: number
}

/** Taken as it stands, or found inside a text between characters that are neither digits nor letters. */
const within = (whole: string, form: string) => (c: string) =>
  `CASE WHEN ${whole} THEN trim(${c})
    WHEN length(${c}) > 11 AND translate(${c}, '0123456789', '') NOT IN ('', '.', 'X', 'x')
    THEN regexp_extract(left(${c}, ${LONGEST}), '(?:^|[^0-9A-Za-z.])(${form})(?:[^0-9A-Za-z.]|$)', 1) ELSE '' END`

const isShort = (c: string, least: number, most: number) => `length(trim(${c})) BETWEEN ${least} AND ${most}`
const address =
  '(?:省|市|自治区|自治州|盟|区|县|旗).{1,30}(?:路|街|巷|弄|道|村|小区|胡同|镇|乡|园|苑|里).{0,20}[0-9０-９一二三四五六七八九十]+(?:号|室|栋|幢|单元|组|楼|座)'

const specs: Readonly<Record<SensitiveKind, Spec>> = {
  'citizen-id': {
    cut: c => within(isShort(c, 18, 18), '[1-9][0-9]{16}[0-9Xx]')(c),
    judge: citizenId,
    mask: `left(v, 3) || repeat('*', 13) || right(v, 2)`,
    leastPercent: 0,
  },
  uscc: {
    cut: c => `upper(${within(isShort(c, 18, 18), '[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}')(c)})`,
    judge: uscc,
    mask: `left(v, 2) || repeat('*', 14) || right(v, 2)`,
    leastPercent: 20,
  },
  phone: {
    cut: c => {
      const inText = within('false', '(?:\\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}')(c)
      return `CASE WHEN length(${c}) = 11 THEN ${c} ELSE right(translate(${inText}, '+- ', ''), 11) END`
    },
    judge: phone,
    mask: `left(v, 3) || repeat('*', 6) || right(v, 2)`,
    leastPercent: 20,
  },
  'bank-card': {
    cut: c => within(isShort(c, 16, 19), '[34569][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4,7}')(c),
    judge: bankCard,
    mask: `left(v, 4) || repeat('*', 10) || right(v, 2)`,
    leastPercent: 50,
  },
  'e-mail': {
    cut: c =>
      `regexp_extract(left(${c}, ${LONGEST}), '[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.)+[A-Za-z]{2,24}')`,
    judge: v => ({ key: `CASE WHEN ${v} <> '' THEN 1 END`, test: 'n IS NOT NULL' }),
    mask: `left(v, 1) || '***@***' || regexp_extract(v, '\\.[A-Za-z]+$')`,
    leastPercent: 0,
  },
  address: {
    cut: c => `regexp_extract(left(${c}, ${LONGEST}), '${address}')`,
    judge: v => ({ key: `CASE WHEN ${v} <> '' THEN 1 END`, test: 'n IS NOT NULL' }),
    mask: `left(v, 2) || '******'`,
    leastPercent: 0,
  },
}

/** What a cheap look at a column must find for a kind to be looked for at all. */
const digitsIn = (c: string) => `(length(${c}) - length(translate(${c}, '0123456789', '')))`
const hints: readonly (readonly [fact: (c: string) => string, kinds: readonly SensitiveKind[]])[] = [
  [c => `${digitsIn(c)} >= 11`, ['phone']],
  [c => `${digitsIn(c)} >= 16`, ['citizen-id', 'bank-card']],
  [c => `length(${c}) >= 18 AND ${digitsIn(c)} >= 6`, ['uscc']],
  [c => `contains(${c}, '@')`, ['e-mail']],
  [c => ['号', '室', '单元', '组', '楼', '座'].map(word => `contains(${c}, '${word}')`).join(' OR '), ['address']],
]

interface Look {
  readonly filled: number
  readonly kinds: readonly SensitiveKind[]
}

/** One pass over a batch of columns that says for which kinds each is worth a pass of its own. */
async function lookAt(connection: DuckDBConnection, table: string, columns: readonly string[]): Promise<Look[]> {
  const asked = columns.flatMap(c => [`count(${c})`, ...hints.map(([fact]) => `count(*) FILTER (${fact(c)})`)])
  const reader = await connection.runAndReadAll(`SELECT ${asked.join(', ')} FROM read_parquet(${quoted(table)})`)
  const values = (reader.getRowsJson()[0] ?? []).map(Number)
  const width = hints.length + 1
  return columns.map((_, at) => {
    const [filled = 0, ...counts] = values.slice(at * width, (at + 1) * width)
    return { filled, kinds: hints.flatMap(([, kinds], i) => ((counts[i] ?? 0) > 0 ? kinds : [])) }
  })
}

async function findIn(
  connection: DuckDBConnection,
  table: string,
  c: string,
  kind: SensitiveKind,
): Promise<{ count: number; alike: number; distinct: number; samples: string[] }> {
  const { cut, judge, mask } = specs[kind]
  const { key, test } = judge('v')
  const reader = await connection.runAndReadAll(
    `SELECT count(*) FILTER (hit), count(*), approx_count_distinct(v) FILTER (hit),
       arg_min(${mask}, place, ${SAMPLES}) FILTER (hit)
     FROM (SELECT v, place, coalesce(${test}, false) AS hit FROM (
       SELECT v, place, ${key} AS n FROM (
         SELECT ${cut(c)} AS v, file_row_number AS place FROM read_parquet(${quoted(table)}, file_row_number = true)
         WHERE ${c} IS NOT NULL)) WHERE n IS NOT NULL)`,
  )
  const [count, alike, distinct, samples] = reader.getRowsJson()[0] ?? []
  return {
    count: Number(count ?? 0),
    alike: Number(alike ?? 0),
    distinct: Math.min(Number(distinct ?? 0), Number(count ?? 0)),
    samples: [...new Set((samples as string[] | null) ?? [])],
  }
}

/** Whether a finding is more than chance: one in ten strings of digits passes Luhn, one in 31 the code's check. */
const isTelling = (kind: SensitiveKind, count: number, alike: number): boolean =>
  count > 0 && count * 100 >= specs[kind].leastPercent * alike

/**
 * Looks through every value of every column for what names a person or an organisation: citizens' numbers and unified
 * social credit codes by their check characters, mobile phones, bank cards (Luhn), e-mail, addresses. Values inside a
 * longer text count too. Columns of the tables are texts c0, c1, …
 */
export async function scanColumns(
  connection: DuckDBConnection,
  tables: readonly string[],
  names: readonly string[],
): Promise<SensitiveColumn[]> {
  const found: SensitiveColumn[] = []
  for (let first = 0; first < names.length; first += BATCH) {
    const table = tables[Math.floor(first / COLUMNS_PER_TABLE)] ?? ''
    const columns = names.slice(first, first + BATCH).map((_, at) => `c${first + at}`)
    const looks = await lookAt(connection, table, columns)
    for (const [at, { filled, kinds }] of looks.entries())
      for (const kind of kinds) {
        const { alike, ...finding } = await findIn(connection, table, `c${first + at}`, kind)
        if (!isTelling(kind, finding.count, alike)) continue
        const sharePpm = Math.round((finding.count / Math.max(1, filled)) * 1_000_000)
        found.push({ column: names[first + at] ?? '', kind, filled, sharePpm, ...finding })
      }
  }
  return found
}
