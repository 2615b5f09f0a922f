import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Actor } from '../../kernel/actor.ts'
import type { Kit } from '../../kernel/kit.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { askRows, type MadeFile, makeExport } from './engine/lanes.ts'
import type { ExportFormat } from './engine/plan.ts'
import { planQuery, type RowsQuery } from './filter.ts'
import { type OpenedVersion, ownerOf, tableOf } from './rows.ts'

/** Rows of a worksheet, without its head. */
export const workbookRows = 1_048_575

export interface ExportQuery extends RowsQuery {
  readonly format: ExportFormat
  /** CSV: a byte order mark, by which spreadsheets know UTF-8; there unless told */
  readonly bom?: boolean | undefined
  /** CSV: an apostrophe before text that a spreadsheet would take for a formula; there unless told */
  readonly safe?: boolean | undefined
}

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
}

export interface Exported {
  readonly fileName: string
  readonly type: string
  readonly bytes: number
  readonly rows: number
  readonly stream: Readable
  /** removes the file that was made, where it is not sent after all */
  discard(): Promise<void>
}

const bomBytes = Buffer.from('\uFEFF')

async function* sent(file: MadeFile, hasBom: boolean) {
  try {
    if (hasBom) yield bomBytes
    yield* createReadStream(file.path, { highWaterMark: 512 * 1024 })
  } finally {
    await file.discard()
  }
}

const tooManyRows = (rows: number) =>
  ruleViolated(
    text(
      `筛选结果有 ${rows} 行，Excel 工作表最多 ${workbookRows} 行；请缩小筛选范围，或改用 CSV、Parquet。`,
      `The filter gives ${rows} rows and a worksheet holds ${workbookRows}; narrow it, or take CSV or Parquet.`,
    ),
  )

/**
 * The chosen rows and columns as a file. It is made on disk by the engine's own process and streamed from there, so that
 * a failure is told before the first byte and nothing is held in memory. The stream removes it when it ends.
 * @throws invalid-input, rule-violated (more rows than a worksheet holds), query-too-heavy, too-many-requests
 */
export async function exportVersion(
  kit: Kit,
  actor: Actor,
  of: OpenedVersion,
  query: ExportQuery,
  { withheld }: { readonly withheld?: readonly string[] } = {},
): Promise<Exported> {
  const { version } = of
  const { format, bom = true, safe = true } = query
  const plan = planQuery(query, version.columns, [], withheld)
  const table = await tableOf(kit, of)
  const owner = ownerOf(actor)
  if (format === 'xlsx') {
    const { total } = await askRows(owner, { kind: 'rows', table, ...plan, sorts: [], offset: 0, limit: 0 })
    if (total > workbookRows) throw tooManyRows(total)
  }
  const file = await makeExport(owner, { kind: 'export', table, ...plan, format, isSafe: safe })
  const hasBom = format === 'csv' && bom
  return {
    fileName: `${version.fileName.replace(/\.[^.]*$/, '')}.${format}`,
    type: exportTypes[format],
    bytes: file.bytes + (hasBom ? bomBytes.length : 0),
    rows: file.rows,
    stream: Readable.from(sent(file, hasBom), { objectMode: false }),
    discard: () => file.discard(),
  }
}
