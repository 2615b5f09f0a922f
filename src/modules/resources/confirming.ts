import { and, eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { mayPublishVoluntarily, organizationOf, requireOrganization } from '../identity/index.ts'
import { type Content, contentOfCells } from './cells.ts'
import { columnLetter, entryColumns } from './columns.ts'
import { linesOf, lockImport } from './importing.ts'
import type { LineError } from './imports.ts'
import { codeOf, entryMachine, openStates } from './model.ts'
import { codesByName, nameTaken, newestByCode } from './preview.ts'
import {
  bulkImport,
  type EntryRow,
  type EntryVersionRow,
  entry,
  entryVersion,
  type ImportLineRow,
  type ImportRow,
  importLine,
} from './schema.ts'
import type { Versioned } from './service.ts'

const CHUNK = 100

/** A row that becomes a draft: a new entry, the next version of one, or a draft that is there. */
interface Writing {
  readonly line: ImportLineRow
  readonly content: Content
  readonly base: Versioned | undefined
  entry: EntryRow | undefined
  versionId: string
}

const errorAt = (
  line: ImportLineRow,
  key: string,
  [message, remedy]: readonly [LineError['message'], LineError['remedy']],
): LineError => {
  const at = entryColumns.findIndex(column => column.key === key)
  return {
    sheet: 'entries',
    row: line.rowNo,
    column: columnLetter(at),
    heading: entryColumns[at]!.head,
    message,
    remedy,
  }
}

const movedOn = [
  text('预览之后该目录已有变动', 'The entry has changed since the preview'),
  text('重新导出，修改后再导入', 'export it again, change that and import it'),
] as const

const voluntaryClosed = [
  text('自愿提供仅限经确认的公共服务企业', 'is only for public service enterprises whose kind is confirmed'),
  text('填“否”并写明职责依据', 'say no, and name the legal duty'),
] as const

async function lockEntries(cx: Cx, lines: readonly ImportLineRow[]): Promise<void> {
  const ids = lines.flatMap(line => line.entryId ?? []).sort()
  if (ids.length > 0) await cx.sql`select id from resources.entry where id = any(${ids}::uuid[]) order by id for update`
}

const isSame = (base: Versioned | undefined, line: ImportLineRow): boolean =>
  base?.version.id === line.baseVersionId && base?.version.changedAt.getTime() === line.baseChangedAt?.getTime()

/** Judges each row once more, now that nobody else can change what it is about: rows to write, and rows that came too late. */
async function sortOut(cx: Cx, lines: readonly ImportLineRow[]) {
  const rules = rulesAt(cx.now)
  const newest = await newestByCode(
    cx,
    lines.flatMap(line => (line.entryId ? (line.code ?? []) : [])),
  )
  const names = await codesByName(cx)
  const isVoluntaryOpen = mayPublishVoluntarily(await organizationOf(cx, requireOrganization(cx.actor)))
  const writings: Writing[] = []
  const late: { readonly line: ImportLineRow; readonly errors: readonly LineError[] }[] = []
  for (const line of lines) {
    const { content, errors } = contentOfCells({ row: line.rowNo, cells: line.cells }, line.items, rules)
    const base = line.entryId ? newest.get(line.code ?? '') : undefined
    const taken = line.entryId ? undefined : names.get(content.nameZh)
    const found = [
      ...errors,
      ...(line.entryId && !isSame(base, line) ? [errorAt(line, 'code', movedOn)] : []),
      ...(taken === undefined ? [] : [errorAt(line, 'nameZh', nameTaken(taken))]),
      ...(content.isVoluntary && !isVoluntaryOpen ? [errorAt(line, 'isVoluntary', voluntaryClosed)] : []),
    ]
    if (found.length > 0) late.push({ line, errors: found })
    else writings.push({ line, content, base, entry: base?.entry, versionId: newId() })
  }
  return { writings, late }
}

async function inChunks<T>(rows: readonly T[], work: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += CHUNK) await work(rows.slice(at, at + CHUNK))
}

/** Takes as many serial numbers of a class as are needed, in one statement; answers the one before the first. */
async function takeSerials(cx: Cx, classCode: string, count: number): Promise<number> {
  const [row] = await cx.sql<{ last: number }[]>`
    insert into resources.code_serial (class_code, last) values (${classCode}, ${count})
    on conflict (class_code) do update set last = resources.code_serial.last + ${count} returning last`
  return row!.last - count
}

async function makeEntries(cx: Cx, writings: readonly Writing[]): Promise<void> {
  const fresh = writings.filter(each => !each.base)
  if (fresh.length === 0) return
  const organizationId = requireOrganization(cx.actor)
  const { division } = await organizationOf(cx, organizationId)
  const byClass = Map.groupBy(fresh, each => each.line.cells.classCode ?? '')
  for (const [classCode, together] of [...byClass].sort(([a], [b]) => a.localeCompare(b))) {
    const last = await takeSerials(cx, classCode, together.length)
    for (const [i, each] of together.entries())
      each.entry = {
        id: newId(),
        code: codeOf(classCode, last + i + 1),
        organizationId,
        division,
        createdBy: cx.actor.personId!,
        createdAt: cx.now,
        updatedOn: null,
        dueOn: null,
      }
  }
  await inChunks(fresh, part => cx.tx.insert(entry).values(part.map(each => each.entry!)))
}

const isOpen = (version: EntryVersionRow | undefined): boolean =>
  version !== undefined && (openStates as readonly string[]).includes(version.state)

async function makeVersions(cx: Cx, writings: readonly Writing[]): Promise<void> {
  const by = { changedBy: cx.actor.personId!, changedAt: cx.now }
  const open = writings.filter(each => isOpen(each.base?.version))
  for (const each of open) {
    each.versionId = each.base!.version.id
    await cx.tx
      .update(entryVersion)
      .set({ ...each.content, ...by })
      .where(eq(entryVersion.id, each.versionId))
  }
  const others = writings.filter(each => !isOpen(each.base?.version))
  await inChunks(others, part =>
    cx.tx.insert(entryVersion).values(
      part.map(each => ({
        id: each.versionId,
        entryId: each.entry!.id,
        versionNo: (each.base?.version.versionNo ?? 0) + 1,
        state: entryMachine.initial,
        ...each.content,
        ...by,
      })),
    ),
  )
}

async function keepResults(cx: Cx, importId: string, writings: readonly Writing[]): Promise<void> {
  await inChunks(writings, part => {
    const [lines, entries, codes, versions] = [
      part.map(each => each.line.sequenceNo),
      part.map(each => each.entry!.id),
      part.map(each => each.entry!.code),
      part.map(each => each.versionId),
    ]
    return cx.sql`
      update resources.import_line l set outcome = 'written', entry_id = w.entry_id, code = w.code, version_id = w.version_id
      from unnest(${lines}::int4[], ${entries}::uuid[], ${codes}::text[], ${versions}::uuid[])
        as w (sequence_no, entry_id, code, version_id)
      where l.import_id = ${importId} and l.sequence_no = w.sequence_no`
  })
}

/**
 * Makes drafts of all rows that a preview accepted, in one transaction: all of them or, when it fails, none. Rows whose
 * entry changed since the preview are left out and say so. @throws not-found, state-conflict when it was decided already
 */
export async function confirmImport(cx: Cx, id: string): Promise<ImportRow> {
  const organizationId = requireOrganization(cx.actor)
  // two imports of one institution wait for each other: a name is given to one new entry only
  await cx.sql`select pg_advisory_xact_lock(hashtextextended(${`resource import ${organizationId}`}, 0))`
  const { state } = await lockImport(cx, id, 'confirm')
  const lines: ImportLineRow[] = []
  for await (const line of linesOf(cx, id, ['new', 'changed'])) lines.push(line)
  await lockEntries(cx, lines)
  const { writings, late } = await sortOut(cx, lines)
  await makeEntries(cx, writings)
  await makeVersions(cx, writings)
  await keepResults(cx, id, writings)
  for (const { line, errors } of late)
    await cx.tx
      .update(importLine)
      .set({ outcome: 'stale', errors })
      .where(and(eq(importLine.importId, id), eq(importLine.sequenceNo, line.sequenceNo)))
  for (const { entry: of, versionId, content } of writings)
    cx.audit('resource.import', ['resource', of!.id], { importId: id, code: of!.code, versionId, ...content })
  cx.audit('resource-import.confirm', ['resource-import', id], { written: writings.length, late: late.length })
  const set = { state, writtenLines: writings.length, decidedBy: cx.actor.personId!, decidedAt: cx.now }
  const [row] = await cx.tx.update(bulkImport).set(set).where(eq(bulkImport.id, id)).returning()
  return row!
}
