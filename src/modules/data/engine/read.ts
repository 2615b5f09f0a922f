import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { Problem } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import { COLUMNS_PER_TABLE, readColumns } from './columns.ts'
import { csvSource } from './csv.ts'
import { asPlainText } from './encoding.ts'
import { jsonSource } from './json.ts'
import { parquetSource } from './parquet.ts'
import { divisionsOf, placesIn } from './places.ts'
import { scanColumns } from './scan.ts'
import { formatOf } from './sniff.ts'
import { quoted, type Source } from './source.ts'
import { spreadsOf } from './spread.ts'
import { type DataFormat, type DataProfile, refuse, SAMPLE_ROWS } from './types.ts'

const SHOWN_CHARACTERS = 500
/** Cells that are looked at to guess what columns are. */
const SAMPLED_CELLS = 400_000
const MOST_SAMPLED_ROWS = 1000

/** Whether an error means that the file asks for more than the engine may use. */
export const isTooHeavy = (error: unknown): boolean =>
  !(error instanceof Problem) && /Out of Memory|No space left|max_temp_directory_size/.test(String(error))

interface Loaded {
  readonly tables: readonly string[]
  readonly rows: number
}

/** The facts of a file and the table files in which all of its values stand as text. */
export interface WholeReading {
  readonly profile: DataProfile
  readonly tables: readonly string[]
}

/** Rows of one group: few enough that a page from the middle is found in milliseconds. */
const GROUP_ROWS = 30_720

/** An engine that may read one file and one folder of its own, and whose settings can no longer be changed. */
export async function lockedEngine(path: string, folder: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '512MB' })
  const connection = await instance.connect()
  for (const setting of [
    `temp_directory = ${quoted(join(folder, 'spill'))}`,
    "max_temp_directory_size = '4GB'",
    "TimeZone = 'Asia/Shanghai'",
    'max_expression_depth = 1000',
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    `allowed_paths = [${quoted(path)}]`,
    `allowed_directories = [${quoted(`${folder}/`)}]`,
    'enable_external_access = false',
    'lock_configuration = true',
  ]) {
    await connection.run(`SET ${setting}`)
  }
  return connection
}

async function sourceOf(
  connection: DuckDBConnection,
  format: DataFormat,
  path: string,
  warnings: Text[],
): Promise<Source> {
  if (format === 'csv') return csvSource(path, warnings)
  return format === 'json' ? jsonSource(connection, path, warnings) : parquetSource(connection, path, warnings)
}

/**
 * Copies the whole file as text columns into table files, which is where every row is read and checked once. A writer
 * takes a buffer for each column, so wide files go into several tables of `COLUMNS_PER_TABLE`.
 */
async function load(connection: DuckDBConnection, source: Source, folder: string): Promise<Loaded> {
  const tables: string[] = []
  let rows = 0
  for (let first = 0; first < source.names.length; first += COLUMNS_PER_TABLE) {
    const table = join(folder, `table-${tables.length}.parquet`)
    const columns = source.names.slice(first, first + COLUMNS_PER_TABLE).map((_, at) => `c${first + at}`)
    const groupRows = Math.max(2048, Math.min(GROUP_ROWS, Math.floor(2_000_000 / columns.length)))
    try {
      const copied = await connection.runAndReadAll(
        `COPY (SELECT ${columns.join(', ')} FROM (${source.sql})) TO ${quoted(table)}
         (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows})`,
      )
      rows = Number(copied.getRowsJson()[0]?.[0] ?? 0)
    } catch (error) {
      if (isTooHeavy(error)) throw error
      throw await source.explain(error)
    }
    tables.push(table)
  }
  return { tables, rows }
}

async function sampleOf(connection: DuckDBConnection, tables: readonly string[], columns: number) {
  const limit = Math.max(SAMPLE_ROWS, Math.min(MOST_SAMPLED_ROWS, Math.floor(SAMPLED_CELLS / columns)))
  const sample: (string | null)[][] = []
  for (const table of tables) {
    const reader = await connection.runAndReadAll(
      `SELECT left(COLUMNS(*), ${SHOWN_CHARACTERS}) FROM read_parquet(${quoted(table)}) LIMIT ${limit}`,
    )
    for (const [at, row] of reader.getRowsJson().entries()) {
      const values = row.map(value => (value === null ? null : String(value)))
      sample[at] = [...(sample[at] ?? []), ...values]
    }
  }
  return sample
}

const noRows = () =>
  refuse(
    text('文件只有列名，没有数据行', 'The file has column names but no rows'),
    text('加入数据后重新上传。', 'Add the data and upload it again.'),
  )

/**
 * Reads one file: its facts, and a copy of all values as text in table files within `folder`, which is empty before;
 * the caller removes it. Runs in the engine's own process, see `profile`.
 */
export async function readWhole(path: string, declaredName: string, folder: string): Promise<WholeReading> {
  const format = formatOf(path, declaredName)
  const plain = format === 'parquet' ? undefined : asPlainText(path, join(folder, 'plain'))
  const connection = await lockedEngine(path, folder)
  const warnings: Text[] = []
  const source = await sourceOf(connection, format, plain?.path ?? path, warnings)
  const { tables, rows } = await load(connection, source, folder)
  if (rows === 0) throw noRows()

  const sample = await sampleOf(connection, tables, source.names.length)
  const columns = source.names.map((name, index) => ({
    name,
    declared: source.types?.[index],
    sample: sample.map(row => row[index] ?? null).filter(value => value !== null),
  }))
  const results = await readColumns(connection, tables, columns, rows)
  const divisions = new Set<string>()
  const types = results.map(({ profile }) => profile.type)
  for (const [index, column] of columns.entries()) {
    const kind = types[index] === 'decimal' ? undefined : placesIn(column.name, column.sample)
    if (!kind) continue
    const table = tables[Math.floor(index / COLUMNS_PER_TABLE)] ?? ''
    for (const code of await divisionsOf(connection, table, `c${index}`, kind)) divisions.add(code)
    if (kind === 'codes') types[index] = 'text'
  }
  const described = results.map(({ profile }, index) => ({ ...profile, type: types[index] ?? profile.type }))
  const spreads = await spreadsOf(connection, tables, described, results)
  const ranged = results.find(({ range }) => range)
  const profile: DataProfile = {
    format,
    encoding: plain?.encoding ?? null,
    ...('delimiter' in source && { delimiter: String(source.delimiter) }),
    bytes: statSync(path).size,
    rows,
    columns: described.map((profile, index) => ({ ...profile, ...spreads[index] })),
    ...(ranged?.range && { timeRange: { column: ranged.profile.name, ...ranged.range } }),
    divisions: [...divisions].sort(),
    sample: sample.slice(0, SAMPLE_ROWS),
    warnings: [...warnings, ...results.flatMap(({ warning }) => (warning ? [warning] : []))],
    scan: await scanColumns(connection, tables, source.names),
  }
  return { profile, tables }
}

/** The facts of one file alone. */
export const readProfile = async (path: string, declaredName: string, folder: string): Promise<DataProfile> =>
  (await readWhole(path, declaredName, folder)).profile
