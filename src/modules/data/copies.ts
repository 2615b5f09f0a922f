import { createReadStream } from 'node:fs'
import { asc, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { begin } from '../../kernel/db/begin.ts'
import type { Kit } from '../../kernel/kit.ts'
import type { Task } from '../../kernel/task.ts'
import { COLUMNS_PER_TABLE } from './engine/columns.ts'
import { readFileInto } from './engine/index.ts'
import type { DataProfile } from './engine/types.ts'
import { dataCopy } from './schema.ts'

/** One table file of a version's copy: some of its columns as text, all of its rows in the file's order. */
export interface CopyPart {
  readonly firstColumn: number
  readonly columns: number
  readonly sha256: string
  readonly bytes: number
}

/** What a reading gives: the facts, and where the copy lies. */
export interface Read {
  readonly profile: DataProfile
  readonly parts: readonly CopyPart[]
}

type Source = { readonly id: string; readonly sha256: string; readonly fileName: string }

/** Puts the engine's table files into the file store; the caller records where they are. */
async function keepTables(kit: Kit, tables: readonly string[], columns: number): Promise<CopyPart[]> {
  const parts: CopyPart[] = []
  for (const [part, path] of tables.entries()) {
    const firstColumn = part * COLUMNS_PER_TABLE
    const stored = await kit.files.put(createReadStream(path), { maxBytes: Number.MAX_SAFE_INTEGER })
    parts.push({ ...stored, firstColumn, columns: Math.min(COLUMNS_PER_TABLE, columns - firstColumn) })
  }
  return parts
}

/** Reads a stored file and keeps its copy. @throws Problem as `readFileInto` does */
export async function readAndKeep(kit: Kit, source: Source): Promise<Read> {
  const { profile, kept } = await readFileInto(
    await kit.files.path(source.sha256),
    source.fileName,
    (tables, columns) => keepTables(kit, tables, columns),
  )
  return { profile, parts: kept }
}

/** Records the copy of a version that was just read. */
export async function recordCopy(cx: Cx, id: string, parts: readonly CopyPart[]): Promise<void> {
  if (parts.length === 0) return
  await cx.tx
    .insert(dataCopy)
    .values(parts.map((each, part) => ({ dataVersionId: id, part, ...each, madeAt: cx.now })))
    .onConflictDoNothing()
}

/** Copies that this process made of versions read before there were copies, until the worker has recorded theirs. */
const made = new Map<string, Promise<readonly CopyPart[]>>()

/** Makes the copy of a version that has none yet, once in this process. @throws Problem as `readFileInto` does */
export function copyOf(kit: Kit, source: Source): Promise<readonly CopyPart[]> {
  const begun = made.get(source.id)
  if (begun) return begun
  const making = readAndKeep(kit, source).then(({ parts }) => parts)
  made.set(source.id, making)
  making.catch(() => made.delete(source.id))
  return making
}

/** Where the copy of a version lies; empty for one that has none yet. */
export async function recordedCopy(rx: Rx, id: string): Promise<readonly CopyPart[]> {
  const rows = await rx.tx.select().from(dataCopy).where(eq(dataCopy.dataVersionId, id)).orderBy(asc(dataCopy.part))
  if (rows.length > 0) made.delete(id)
  return rows.map(({ firstColumn, columns, sha256, bytes }) => ({ firstColumn, columns, sha256, bytes }))
}

/** Copies versions that were read before there were copies, one after the other. */
function copying(): Task {
  const failed = new Set<string>()
  return {
    name: 'data.copy-rows',
    period: 10_000,
    async run({ client, kit, log }) {
      const [source] = await client<Source[]>`
        select v.id, v.sha256, v.file_name as "fileName" from data.data_version v
        where v.state in ('ready', 'confirmed') and not (v.id = any(${[...failed]}::uuid[]))
          and not exists (select from data.data_copy c where c.data_version_id = v.id)
        order by v.id desc limit 1`
      if (!source) return false
      try {
        const parts = await copyOf(kit, source)
        await begin(client, 'read write', async sql => {
          for (const [part, { firstColumn, columns, sha256, bytes }] of parts.entries())
            await sql`
              insert into data.data_copy (data_version_id, part, first_column, columns, sha256, bytes, made_at)
              select ${source.id}, ${part}, ${firstColumn}, ${columns}, ${sha256}, ${bytes},
                transaction_timestamp() + c.offset_ms * interval '1 millisecond'
              from kernel.clock c where c.id = 1 on conflict do nothing`
        })
      } catch (error) {
        failed.add(source.id)
        log.warn({ err: error, dataVersionId: source.id }, 'the rows of a data version could not be copied')
      }
      return true
    },
  }
}

export const tasks: readonly Task[] = [copying()]
