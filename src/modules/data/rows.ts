import type { Actor } from '../../kernel/actor.ts'
import type { Rx } from '../../kernel/command.ts'
import type { Kit } from '../../kernel/kit.ts'
import { invalidInput, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type CopyPart, copyOf, recordedCopy } from './copies.ts'
import { askRows } from './engine/lanes.ts'
import type { Table } from './engine/plan.ts'
import type { ColumnType } from './engine/types.ts'
import { planQuery, type RowsQuery } from './filter.ts'
import { masked } from './model.ts'
import { type DataVersion, dataVersionOf, ownDataVersion, toDataVersion } from './queries.ts'

/** A version whose rows are about to be read, and where its copy lies if there is one already. */
export interface OpenedVersion {
  readonly version: DataVersion
  readonly parts: readonly CopyPart[]
}

/** Cells of one page at most: more is no page. */
export const mostCells = 50_000
export const mostRows = 500

export interface PageQuery extends RowsQuery {
  readonly offset?: number | undefined
  readonly limit?: number | undefined
}

export interface RowsPage {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isMasked: boolean }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly offset: number
  readonly limit: number
  /** rows that meet the filter */
  readonly total: number
}

/** Who is asked one question at a time. */
export const ownerOf = (actor: Actor): string => actor.organizationId ?? actor.personId ?? actor.kind

/** @throws state-conflict while nothing was read from the file yet */
function requireRead(version: DataVersion): DataVersion {
  if (version.rows !== null && ['ready', 'confirmed'].includes(version.state)) return version
  throw stateConflict(
    text(
      '文件尚未读取完成，或已移除，没有可以查看的数据行。',
      'The file was not read yet, or was put away: there are no rows.',
    ),
  )
}

const opened = async (rx: Rx, version: DataVersion): Promise<OpenedVersion> => ({
  version: requireRead(version),
  parts: await recordedCopy(rx, version.id),
})

/** A version of the own organisation, to read its rows. @throws not-found, state-conflict */
export const openOwnVersion = async (rx: Rx, id: string): Promise<OpenedVersion> =>
  opened(rx, toDataVersion(await ownDataVersion(rx, id)))

/** Any version: the caller has decided that the reader may see it. @throws not-found, state-conflict */
export const openVersionRows = async (rx: Rx, id: string): Promise<OpenedVersion> =>
  opened(rx, await dataVersionOf(rx, id))

/** The version's rows as the engine reads them; a version from before there were copies is copied now. */
export async function tableOf(kit: Kit, { version, parts }: OpenedVersion): Promise<Table> {
  const found = parts.length > 0 ? parts : await copyOf(kit, version)
  const paths = await Promise.all(found.map(({ sha256 }) => kit.files.path(sha256)))
  return {
    parts: found.map(({ firstColumn, columns }, i) => ({ path: paths[i] ?? '', firstColumn, columns })),
    names: version.columns.map(({ name }) => name),
    types: version.columns.map(({ type }) => type as ColumnType),
    rows: version.rows ?? 0,
  }
}

/** Names of the columns that their owner called sensitive. */
export const sensitiveColumns = ({ columns }: DataVersion): string[] =>
  columns.filter(({ isSensitive }) => isSensitive).map(({ name }) => name)

/**
 * One page of rows, each cell as it stands in the file (cut after 2,000 characters). `isMasked`: cells of sensitive
 * columns are hidden and nothing can be asked about them. `withheld`: columns that do not exist for the reader.
 * @throws invalid-input, query-too-heavy, too-many-requests, unavailable
 */
export async function readPage(
  kit: Kit,
  actor: Actor,
  of: OpenedVersion,
  query: PageQuery,
  { isMasked = false, withheld }: { readonly isMasked?: boolean; readonly withheld?: readonly string[] } = {},
): Promise<RowsPage> {
  const { columns: known } = of.version
  const hidden = isMasked ? sensitiveColumns(of.version) : []
  const plan = planQuery(query, known, hidden, withheld)
  const [offset, limit] = [query.offset ?? 0, query.limit ?? 50]
  if (limit * plan.columns.length > mostCells) {
    const most = Math.floor(mostCells / plan.columns.length)
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/limit',
          message: text(
            `${plan.columns.length} 列时每页最多 ${most} 行`,
            `with ${plan.columns.length} columns a page has at most ${most} rows`,
          ),
          remedy: text('减小 limit，或用 columns 只取需要的列', 'make limit smaller, or choose columns'),
        },
      ],
    })
  }
  const table = await tableOf(kit, of)
  const { rows, total } = await askRows(ownerOf(actor), { kind: 'rows', table, ...plan, offset, limit })
  const columns = plan.columns.map(place => {
    const { name = '', type = 'text' } = known[place] ?? {}
    return { name, type, isMasked: hidden.includes(name) }
  })
  const shown = columns.some(column => column.isMasked)
    ? rows.map(row => row.map((cell, i) => (cell !== null && columns[i]?.isMasked ? masked : cell)))
    : rows
  return { columns, rows: shown, offset, limit, total }
}

/**
 * One page of a version's rows for whoever the caller lets see it (a reviewer): sensitive columns are masked unless
 * told otherwise. @throws not-found, state-conflict, and what `readPage` throws
 */
export const previewVersion = async (
  rx: Rx,
  id: string,
  query: PageQuery = {},
  { isMasked = true }: { readonly isMasked?: boolean } = {},
): Promise<RowsPage> => readPage(rx.kit, rx.actor, await openVersionRows(rx, id), query, { isMasked })
