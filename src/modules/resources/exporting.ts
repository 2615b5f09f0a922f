import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { eq, inArray } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { ruleViolated, tooManyRequests } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { inLanguage, type Language, text } from '../../kernel/text.ts'
import { organizationsOf, requireOrganization } from '../identity/index.ts'
import { type Cells, contentOfVersion, entryCells, itemCells } from './cells.ts'
import { standingColumns } from './columns.ts'
import { type EntryState, entryMachine } from './model.ts'
import { type EntryFilters, matching } from './queries.ts'
import { entry, entryVersion } from './schema.ts'
import { type Book, writeBook, writeCsv } from './writing.ts'

/** Entries of one export: it is made while the reader waits. */
export const maxExported = 5_000
const MOST_AT_ONCE = 3
const CHUNK = 200

export const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** A file that was made for one answer; its stream removes it. */
export interface MadeFile {
  readonly fileName: string
  readonly type: string
  readonly bytes: number
  readonly stream: Readable
}

let making = 0

async function* sent(folder: string, path: string) {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Has a file made on disk and streams it from there: nothing is held in memory and a failure is told before the first
 * byte. @throws too-many-requests while several are being made
 */
export async function madeFile(
  { fileName, type }: Pick<MadeFile, 'fileName' | 'type'>,
  make: (path: string) => Promise<number>,
): Promise<MadeFile> {
  if (making >= MOST_AT_ONCE) throw tooManyRequests(undefined, { retryAfter: 5 })
  making += 1
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-catalog-'))
  try {
    const path = join(folder, 'out')
    const bytes = await make(path)
    return { fileName, type, bytes, stream: Readable.from(sent(folder, path), { objectMode: false }) }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  } finally {
    making -= 1
  }
}

/** The newest version of each own entry, whatever its state. */
async function ownIds(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select distinct on (v.entry_id) v.id from resources.entry_version v join resources.entry e on e.id = v.entry_id
    where e.organization_id = ${requireOrganization(rx.actor)} and v.state <> 'discarded'
    order by v.entry_id, v.version_no desc limit ${maxExported + 1}`
  return rows.map(row => row.id)
}

/** The published entries that the filter of the list page finds, in its order. */
async function publicIds(rx: Rx, filters: EntryFilters): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select v.id from resources.entry_version v join resources.entry e on e.id = v.entry_id
    where ${matching(rx, filters)} order by v.published_at desc, v.entry_id desc limit ${maxExported + 1}`
  return rows.map(row => row.id)
}

async function* found(rx: Rx, ids: readonly string[]) {
  for (let at = 0; at < ids.length; at += CHUNK) {
    const part = ids.slice(at, at + CHUNK)
    const rows = await rx.tx
      .select({ entry, version: entryVersion })
      .from(entryVersion)
      .innerJoin(entry, eq(entry.id, entryVersion.entryId))
      .where(inArray(entryVersion.id, part))
    const byId = new Map(rows.map(row => [row.version.id, row]))
    const institutions = await organizationsOf(rx, [...new Set(rows.map(row => row.entry.organizationId))])
    for (const id of part) {
      const row = byId.get(id)
      if (row) yield { ...row, institution: institutions.get(row.entry.organizationId) }
    }
  }
}

function bookOf(rx: Rx, ids: readonly string[], language: Language): Book {
  const rules = rulesAt(rx.now)
  return {
    language,
    rules,
    after: standingColumns,
    async *entries() {
      for await (const { entry: of, version, institution } of found(rx, ids))
        yield {
          ...entryCells(contentOfVersion(version), of.code, rules, language),
          institution: (language === 'en' && institution?.nameEn) || (institution?.nameZh ?? ''),
          uscc: institution?.uscc ?? '',
          state: inLanguage(entryMachine.states[version.state as EntryState], language),
          publishedOn: version.publishedAt ? dayOf(version.publishedAt) : '',
          updatedOn: of.updatedOn ?? '',
          dueOn: of.dueOn ?? '',
        } satisfies Cells
    },
    async *items() {
      for await (const { entry: of, version } of found(rx, ids))
        yield* itemCells(contentOfVersion(version), of.code, rules, language)
    },
  }
}

export interface ExportWish {
  readonly format: 'xlsx' | 'csv'
  /** CSV: which of the two tables */
  readonly sheet?: 'entries' | 'items' | undefined
  readonly language: Language
  /** the published catalog under this filter; the own entries where there is none */
  readonly filters?: EntryFilters
}

/** Entries as a workbook of the template's shape, or one of its tables as CSV. @throws rule-violated for too many */
export function exportEntries({ engine, actor }: RawContext, wish: ExportWish): Promise<MadeFile> {
  const { format, sheet = 'entries', language, filters } = wish
  const name = inLanguage(text('资源目录', 'resource-catalog'), language)
  const part = format === 'csv' && sheet === 'items' ? inLanguage(text('-信息项', '-items'), language) : ''
  return madeFile(
    { fileName: `${name}${part}.${format}`, type: format === 'csv' ? 'text/csv; charset=utf-8' : workbookType },
    path =>
      engine.read(actor, async rx => {
        const ids = filters ? await publicIds(rx, filters) : await ownIds(rx)
        if (ids.length > maxExported)
          throw ruleViolated(
            text(
              `超过 ${maxExported} 个目录，请缩小筛选范围后分次导出。`,
              `There are more than ${maxExported} entries; narrow the filter and export in parts.`,
            ),
          )
        const book = bookOf(rx, ids, language)
        return format === 'csv' ? writeCsv(path, book, sheet) : writeBook(path, book)
      }),
  )
}

/** The template without rows. */
export function emptyTemplate({ engine, actor }: RawContext, language: Language): Promise<MadeFile> {
  const fileName = inLanguage(text('资源目录模板.xlsx', 'resource-catalog-template.xlsx'), language)
  return madeFile({ fileName, type: workbookType }, path =>
    engine.read(actor, rx => writeBook(path, { language, rules: rulesAt(rx.now), entries: () => [], items: () => [] })),
  )
}
