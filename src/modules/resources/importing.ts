import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { Cx, Rx } from '../../kernel/command.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { sentFile } from '../../kernel/http/sent.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound, unsupportedMedia } from '../../kernel/problem.ts'
import type { Language } from '../../kernel/text.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { type ImportState, importMachine, maxWorkbookBytes, type Outcome, type SheetName } from './imports.ts'
import { type Line, previewOf } from './preview.ts'
import { sheetsOf, workbookTooLarge } from './reading.ts'
import { bulkImport, type ImportLineRow, type ImportRow, importLine } from './schema.ts'
import type { ReadSheet } from './sheets.ts'

const CHUNK = 200

/** The whole of a small file; more than it may have is refused as soon as it is seen. @throws payload-too-large */
async function bytesOf(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > maxWorkbookBytes) {
      source.resume()
      throw workbookTooLarge()
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

const notXlsx = (fileName: string) => {
  const message = text(
    `文件名须以 .xlsx 结尾：${fileName.slice(0, 80)}`,
    `The name must end with .xlsx: ${fileName.slice(0, 80)}`,
  )
  const remedy = text('请下载模板，在其中填写后上传。', 'Download the template, fill it in and upload that.')
  return unsupportedMedia(message, { errors: [{ pointer: '/file', message, remedy }] })
}

interface ReadFile {
  readonly fileName: string
  readonly bytes: number
  readonly sha256: string
  readonly sheets: Readonly<Record<SheetName, ReadSheet>>
}

const toRow = (importId: string, line: Line, i: number): typeof importLine.$inferInsert => ({
  importId,
  sequenceNo: i + 1,
  sheet: line.sheet,
  rowNo: line.rowNo,
  outcome: line.outcome,
  nameZh: line.nameZh,
  code: line.code,
  cells: line.cells,
  items: line.items,
  changes: line.changes,
  errors: line.errors,
  entryId: line.base?.entry.id ?? null,
  baseVersionId: line.base?.version.id ?? null,
  baseChangedAt: line.base?.version.changedAt ?? null,
})

/** Keeps what each row of the file would do; nothing of the catalog is written. @throws as `previewOf` */
async function previewImport(cx: Cx, file: ReadFile, language: Language): Promise<ImportRow> {
  const { lines, notes } = await previewOf(cx, file.sheets, language)
  const count = (outcome: Outcome) => lines.filter(line => line.outcome === outcome).length
  const [row] = await cx.tx
    .insert(bulkImport)
    .values({
      id: newId(),
      organizationId: requireOrganization(cx.actor),
      createdBy: cx.actor.personId!,
      createdAt: cx.now,
      fileName: file.fileName,
      bytes: file.bytes,
      sha256: file.sha256,
      state: importMachine.initial,
      notes,
      newLines: count('new'),
      changedLines: count('changed'),
      unchangedLines: count('unchanged'),
      refusedLines: count('refused'),
    })
    .returning()
  for (let at = 0; at < lines.length; at += CHUNK)
    await cx.tx.insert(importLine).values(lines.slice(at, at + CHUNK).map((line, i) => toRow(row!.id, line, at + i)))
  const { id, fileName, sha256, newLines, changedLines, refusedLines } = row!
  cx.audit('resource-import.upload', ['resource-import', id], {
    fileName,
    sha256,
    newLines,
    changedLines,
    refusedLines,
  })
  return row!
}

/**
 * Reads an uploaded workbook and keeps what it would do, for the institution to look at.
 * @throws unsupported-media, payload-too-large, invalid-input, workbook-too-heavy, too-many-requests
 */
export async function uploadImport(request: FastifyRequest, { engine, actor }: RawContext, language: Language) {
  requireOrganization(actor)
  const { source, fileName } = await sentFile(request, maxWorkbookBytes)
  if (!/\.xlsx$/i.test(fileName)) {
    source.resume()
    throw notXlsx(fileName)
  }
  const bytes = await bytesOf(source)
  if ((source as { truncated?: boolean }).truncated) throw workbookTooLarge()
  const sheets = await sheetsOf(bytes)
  const file: ReadFile = {
    fileName: fileName.replace(/^.*[\\/]/, '').slice(-200),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sheets,
  }
  const written = await engine.write(actor, { operation: 'uploadImport' }, cx => previewImport(cx, file, language))
  if (written.isReplay) throw new Error('an upload has no idempotency key: a preview writes nothing')
  return written.value
}

/** An import of the own institution. @throws not-found */
export async function readImport(rx: Rx, id: string): Promise<ImportRow> {
  const [row] = await rx.tx
    .select()
    .from(bulkImport)
    .where(and(eq(bulkImport.id, id), eq(bulkImport.organizationId, requireOrganization(rx.actor))))
  if (!row) throw notFound()
  return row
}

/** The own import, locked for a decision. @throws not-found, state-conflict */
export async function lockImport(cx: Cx, id: string, move: 'confirm' | 'discard') {
  const [row] = await cx.tx
    .select()
    .from(bulkImport)
    .where(and(eq(bulkImport.id, id), eq(bulkImport.organizationId, requireOrganization(cx.actor))))
    .for('update')
  if (!row) throw notFound()
  return { row, state: nextState(importMachine, row.state as ImportState, move) }
}

/** Gives a preview up. @throws not-found, state-conflict */
export async function discardImport(cx: Cx, id: string): Promise<ImportRow> {
  const { state } = await lockImport(cx, id, 'discard')
  cx.audit('resource-import.discard', ['resource-import', id], {})
  const set = { state, decidedBy: cx.actor.personId!, decidedAt: cx.now }
  const [row] = await cx.tx.update(bulkImport).set(set).where(eq(bulkImport.id, id)).returning()
  return row!
}

/** The own imports, newest first. */
export async function listImports(rx: Rx, query: { limit?: number | undefined; after?: string | undefined }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await rx.tx
    .select()
    .from(bulkImport)
    .where(
      and(
        eq(bulkImport.organizationId, requireOrganization(rx.actor)),
        after === undefined ? undefined : lt(bulkImport.id, after),
      ),
    )
    .orderBy(desc(bulkImport.id))
    .limit(limit + 1)
  return toPage<ImportRow, ImportRow>(
    rows,
    limit,
    row => [row.id],
    row => row,
  )
}

export interface LinesQuery {
  readonly outcome?: string | undefined
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

/** The rows of an own import in their order. @throws not-found */
export async function listImportLines(rx: Rx, id: string, query: LinesQuery) {
  await readImport(rx, id)
  const limit = query.limit ?? 50
  const after = decodeCursor(query.after, 1)?.map(Number)[0] ?? 0
  const rows = await rx.tx
    .select()
    .from(importLine)
    .where(
      and(
        eq(importLine.importId, id),
        query.outcome ? eq(importLine.outcome, query.outcome) : undefined,
        sql`${importLine.sequenceNo} > ${after}`,
      ),
    )
    .orderBy(asc(importLine.sequenceNo))
    .limit(limit + 1)
  return toPage<ImportLineRow, ImportLineRow>(
    rows,
    limit,
    row => [row.sequenceNo],
    row => row,
  )
}

/** How many rows of an import have each outcome now. */
export async function countLines(rx: Rx, id: string): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ outcome: string; n: number }[]>`
    select outcome, count(*)::int4 as n from resources.import_line where import_id = ${id} group by outcome`
  return new Map(rows.map(row => [row.outcome, row.n]))
}

/** All rows of an import, a few hundred at a time. */
export async function* linesOf(rx: Rx, id: string, outcomes?: readonly Outcome[]): AsyncGenerator<ImportLineRow> {
  let after = 0
  for (;;) {
    const rows = await rx.tx
      .select()
      .from(importLine)
      .where(
        and(
          eq(importLine.importId, id),
          outcomes ? inArray(importLine.outcome, [...outcomes]) : undefined,
          sql`${importLine.sequenceNo} > ${after}`,
        ),
      )
      .orderBy(asc(importLine.sequenceNo))
      .limit(CHUNK)
    yield* rows
    if (rows.length < CHUNK) return
    after = rows.at(-1)!.sequenceNo
  }
}
