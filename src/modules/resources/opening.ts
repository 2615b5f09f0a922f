import { desc, eq, sql } from 'drizzle-orm'
import { system } from '../../kernel/actor.ts'
import { dayOf } from '../../kernel/calendar.ts'
import type { Engine, Rx } from '../../kernel/command.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type OpenedVersion, openVersionRows } from '../data/index.ts'
import { isReleased } from '../risk/index.ts'
import { type AttachmentRow, attachment, download, type EntryVersionRow } from './schema.ts'
import { inForce } from './service.ts'

/** Data that anybody may have: of an entry opened without conditions, its newest version, which the gate lets out now. */
export interface OpenedData {
  readonly entryId: string
  readonly version: EntryVersionRow
  readonly attachment: AttachmentRow
  readonly data: OpenedVersion
  /** columns that are not given to the public: no item of the catalog describes them, or they are sensitive */
  readonly withheld: readonly string[]
  /** how often it was taken, of this and earlier versions */
  readonly downloads: number
}

const nothing = () =>
  notFound(
    text(
      '该目录目前没有向公众开放的数据：未列为无条件开放、尚未挂接，或已停止提供。',
      'Nothing of this entry is open to the public at present: it is not open without conditions, has no data, or its data is no longer provided.',
    ),
  )

/** What the catalog does not describe was not opened with it: an item is left out so that its column stays inside. */
function withheldOf(version: EntryVersionRow, data: OpenedVersion): string[] {
  const opened = new Set(
    version.items
      .filter(item => item.sensitivity === 'none')
      .flatMap(item => [item.codeName, item.nameZh])
      .flatMap(name => name?.toLowerCase() ?? []),
  )
  return data.version.columns
    .filter(({ name, isSensitive }) => isSensitive || !opened.has(name.toLowerCase()))
    .map(({ name }) => name)
}

/**
 * The data of an opened entry at this moment: each reading asks the gate anew, and an earlier version never takes the
 * place of one that is held. Undefined where nothing may be had.
 */
export async function openedDataOf(rx: Rx, entryId: string): Promise<OpenedData | undefined> {
  const version = await inForce(rx, entryId)
  if (version?.openingType !== 'open' || version.grade !== 'general') return undefined
  const [last] = await rx.tx
    .select()
    .from(attachment)
    .where(eq(attachment.entryId, entryId))
    .orderBy(desc(attachment.sequenceNo))
    .limit(1)
  if (!last || !(await isReleased(rx, last.dataVersionId))) return undefined
  const data = await openVersionRows(rx, last.dataVersionId)
  const withheld = withheldOf(version, data)
  if (withheld.length === data.version.columns.length) return undefined
  const [taken] = await rx.tx
    .select({ n: sql<number>`coalesce(sum(${download.times}), 0)::int4` })
    .from(download)
    .where(eq(download.entryId, entryId))
  return { entryId, version, attachment: last, data, withheld, downloads: taken?.n ?? 0 }
}

/** The same for a reader who asks for it. @throws not-found, the same for every reason */
export async function readOpenedData(rx: Rx, entryId: string): Promise<OpenedData> {
  const found = await openedDataOf(rx, entryId)
  if (!found) throw nothing()
  return found
}

/** Whether the gate still lets it out: making a file may have taken minutes. @throws not-found */
export const requireStillOpen = (engine: Engine, of: OpenedData): Promise<void> =>
  engine.read(system, async rx => {
    const now = await openedDataOf(rx, of.entryId)
    if (now?.attachment.id !== of.attachment.id) throw nothing()
  })

/** Counts one download: of which entry, on which day, in which form; nothing of who took it. */
export async function countDownload(engine: Engine, of: OpenedData, format: string): Promise<void> {
  const { entryId } = of
  await engine.write(system, { operation: 'countDownload' }, async cx => {
    await cx.tx
      .insert(download)
      .values({ entryId, takenOn: dayOf(cx.now), format, times: 1 })
      .onConflictDoUpdate({
        target: [download.entryId, download.takenOn, download.format],
        set: { times: sql`${download.times} + 1` },
      })
    cx.audit('resource.download', ['opened-data', entryId], { dataVersionId: of.attachment.dataVersionId, format })
  })
}
