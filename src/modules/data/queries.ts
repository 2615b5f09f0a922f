import { and, desc, eq, ne, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { conflict, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { type Column, dictionary, type FileFacts, type Sample } from './model.ts'
import { type DataVersionRow, dataVersion } from './schema.ts'

/** A data version as later modules read it: the bytes, what was read from them, and what the vendor added. */
export interface DataVersion {
  readonly id: string
  readonly organizationId: string
  readonly fileName: string
  readonly sha256: string
  readonly bytes: number
  /** null, like the other facts, until the file was read */
  readonly rows: number | null
  readonly format: string | null
  readonly encoding: string | null
  readonly columns: readonly Column[]
  readonly timeRange: NonNullable<FileFacts['timeRange']> | null
  readonly divisions: readonly string[]
  readonly sample: Sample
  readonly isConfirmed: boolean
  readonly state: string
}

/** A version's row with its dictionary put together. */
export const toDataVersion = (row: DataVersionRow): DataVersion => ({
  id: row.id,
  organizationId: row.organizationId,
  fileName: row.fileName,
  sha256: row.sha256,
  bytes: row.bytes,
  rows: row.rows,
  format: row.format,
  encoding: row.encoding,
  columns: dictionary(row.columns ?? [], row.notes),
  timeRange: row.timeRange,
  divisions: row.divisions ?? [],
  sample: row.sample ?? [],
  isConfirmed: row.state === 'confirmed',
  state: row.state,
})

/** One data version, whoever asks: the caller decides what may be seen of it. @throws not-found */
export async function dataVersionOf(rx: Rx, id: string): Promise<DataVersion> {
  const [row] = await rx.tx.select().from(dataVersion).where(eq(dataVersion.id, id))
  if (!row) throw notFound()
  return toDataVersion(row)
}

/** A version of the own organisation; another's is not there. @throws not-found */
export async function ownDataVersion(rx: Rx, id: string): Promise<DataVersionRow> {
  const [row] = await rx.tx
    .select()
    .from(dataVersion)
    .where(and(eq(dataVersion.id, id), eq(dataVersion.organizationId, requireOrganization(rx.actor))))
  if (!row) throw notFound()
  return row
}

/** A version held as it is until the transaction ends: it cannot be put away meanwhile. @throws not-found, conflict once it was */
export async function holdDataVersion(cx: Cx, id: string): Promise<DataVersion> {
  const [row] = await cx.tx.select().from(dataVersion).where(eq(dataVersion.id, id)).for('share')
  if (!row) throw notFound()
  if (row.state === 'discarded')
    throw conflict(text('该数据版本已被移除，请先恢复。', 'This data version was put away; take it back first.'))
  return toDataVersion(row)
}

/** The own organisation's versions in a state, or all that are not put away, newest first. */
export async function listDataVersions(
  rx: Rx,
  query: { state?: string | undefined; limit?: number | undefined; after?: string | undefined },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)
  const rows = await rx.tx
    .select()
    .from(dataVersion)
    .where(
      and(
        eq(dataVersion.organizationId, requireOrganization(rx.actor)),
        query.state ? eq(dataVersion.state, query.state) : ne(dataVersion.state, 'discarded'),
        after && sql`${dataVersion.id} < ${after[0]}::uuid`,
      ),
    )
    .orderBy(desc(dataVersion.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.id],
    row => row,
  )
}

/** How many of the own organisation's versions are in each state. */
export async function countDataVersions(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int as n from data.data_version
    where organization_id = ${requireOrganization(rx.actor)} group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}
