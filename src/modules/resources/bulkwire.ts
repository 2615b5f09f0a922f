import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { inLanguage, type Language } from '../../kernel/text.ts'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { importMachine, outcomes } from './imports.ts'
import { changeText } from './result.ts'
import type { ImportLineRow, ImportRow } from './schema.ts'
import type { Submitted } from './submitting.ts'
import { maxSubmitted } from './submitting.ts'
import { EntryQuery } from './wire.ts'

const Format = Type.String({ enum: ['xlsx', 'csv'] })
const Sheet = Type.Optional(Type.String({ enum: ['entries', 'items'], description: 'CSV: which of the two tables' }))
const lang = Type.Optional(Type.String({ enum: ['zh', 'en'], description: 'of the words in cells' }))

export const ExportQuery = closed({ format: Format, sheet: Sheet, lang })
export const PublicExportQuery = closed({ ...EntryQuery, format: Format, sheet: Sheet, lang })
export const LanguageQuery = closed({ lang })

export const UploadQuery = closed({ fileName: Type.Optional(Type.String({ maxLength: 300 })), lang })

export const ImportShape = Type.Object({
  id: Id,
  state: Type.String({ enum: Object.keys(importMachine.states) }),
  fileName: Type.String(),
  bytes: Type.Integer(),
  sha256: Sha256,
  notes: Type.Array(Bilingual),
  newLines: Type.Integer(),
  changedLines: Type.Integer(),
  unchangedLines: Type.Integer(),
  refusedLines: Type.Integer(),
  writtenLines: nullable(Type.Integer({ description: 'drafts made or changed, once confirmed' })),
  createdAt: Instant,
  decidedAt: nullable(Instant),
})
export const ImportPage = pageOf(ImportShape)
export const ImportsQuery = closed(PageQuery)

const Maybe = nullable(Type.String())
export const LineShape = Type.Object({
  sequenceNo: Type.Integer(),
  sheet: Type.String({ enum: ['entries', 'items'] }),
  row: Type.Integer({ description: 'in the sheet, as spreadsheets number it' }),
  outcome: Type.String({ enum: Object.keys(outcomes) }),
  nameZh: Type.String(),
  code: Maybe,
  items: Type.Integer(),
  changes: Type.Array(Type.String()),
  errors: Type.Array(
    Type.Object({
      sheet: Type.String(),
      row: Type.Integer(),
      column: Type.String({ examples: ['D'] }),
      heading: Type.String(),
      message: Type.String(),
      remedy: Type.String(),
    }),
  ),
  versionId: nullable(Id),
})
export const LinePage = pageOf(LineShape)
export const LinesQuery = closed({
  ...PageQuery,
  outcome: Type.Optional(Type.String({ enum: Object.keys(outcomes) })),
  lang,
})

export const SubmitManyBody = closed({
  versionIds: Type.Array(Id, { minItems: 1, maxItems: maxSubmitted, uniqueItems: true }),
})
export const SubmittedShape = Type.Object({
  submitted: Type.Integer(),
  refused: Type.Integer(),
  results: Type.Array(
    Type.Object({
      versionId: Id,
      code: Maybe,
      nameZh: Maybe,
      isSubmitted: Type.Boolean(),
      errors: Type.Array(Type.Object({ pointer: Type.String(), message: Bilingual, remedy: nullable(Bilingual) })),
    }),
  ),
})

export const toImport = (row: ImportRow) => ({
  id: row.id,
  state: row.state,
  fileName: row.fileName,
  bytes: row.bytes,
  sha256: row.sha256,
  notes: row.notes.map(({ message }) => message),
  newLines: row.newLines,
  changedLines: row.changedLines,
  unchangedLines: row.unchangedLines,
  refusedLines: row.refusedLines,
  writtenLines: row.writtenLines,
  createdAt: row.createdAt.toISOString(),
  decidedAt: iso(row.decidedAt),
})

export const toImportLine = (row: ImportLineRow, language: Language) => ({
  sequenceNo: row.sequenceNo,
  sheet: row.sheet,
  row: row.rowNo,
  outcome: row.outcome,
  nameZh: row.nameZh,
  code: row.code,
  items: row.items.length,
  changes: row.changes.map(change => changeText(change, language)),
  errors: row.errors.map(error => ({
    sheet: error.sheet,
    row: error.row,
    column: error.column,
    heading: inLanguage(error.heading, language),
    message: inLanguage(error.message, language),
    remedy: inLanguage(error.remedy, language),
  })),
  versionId: row.versionId,
})

export const toSubmitted = (results: readonly Submitted[]) => ({
  submitted: results.filter(each => each.isSubmitted).length,
  refused: results.filter(each => !each.isSubmitted).length,
  results: results.map(each => ({
    ...each,
    errors: each.errors.map(({ pointer, message, remedy }) => ({ pointer, message, remedy: remedy ?? null })),
  })),
})
