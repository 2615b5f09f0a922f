import { Type } from 'typebox'
import { Bilingual, closed, Id, Instant, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { dictionary, maskMethods, versionMachine } from './model.ts'
import type { DataVersionRow } from './schema.ts'

/** One line of the data dictionary. */
export const ColumnShape = Type.Object({
  name: Type.String(),
  type: Type.String({ examples: ['date'] }),
  nullCount: Type.Integer(),
  distinctCount: Type.Integer(),
  min: nullable(Type.String()),
  max: nullable(Type.String()),
  example: nullable(Type.String()),
  topValues: nullable(
    Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }), {
      description: 'the most frequent values; none of columns that name things or people, or are sensitive',
    }),
  ),
  histogram: nullable(
    Type.Array(Type.Object({ from: Type.String(), to: Type.String(), count: Type.Integer() }), {
      description: 'numbers or days in `from ≤ value < to`',
    }),
  ),
  unit: nullable(Type.String()),
  meaning: nullable(Type.String()),
  isSensitive: Type.Boolean(),
})

/** Rows in the order of the columns. */
export const SampleShape = Type.Array(Type.Array(nullable(Type.String())))
export const TimeRangeShape = Type.Object({ column: Type.String(), from: Type.String(), to: Type.String() })

export const DataVersionShape = Type.Object({
  id: Id,
  organizationId: Id,
  fileName: Type.String(),
  sha256: Sha256,
  bytes: Type.Integer(),
  state: Type.String({ enum: Object.keys(versionMachine.states) }),
  isConfirmed: Type.Boolean(),
  format: nullable(Type.String()),
  encoding: nullable(Type.String()),
  delimiter: nullable(Type.String()),
  rows: nullable(Type.Integer()),
  columns: Type.Array(ColumnShape),
  timeRange: nullable(TimeRangeShape),
  divisions: Type.Array(Type.String()),
  sample: SampleShape,
  warnings: Type.Array(Bilingual),
  failure: nullable(Type.Object({ message: Bilingual, remedy: Bilingual })),
  confirmedAt: nullable(Instant),
  createdAt: Instant,
  derivedFromId: nullable(Id),
  derivation: nullable(
    Type.Array(Type.Object({ name: Type.String(), method: Type.String({ enum: Object.keys(maskMethods) }) }), {
      description: 'what was done to which column of the version before',
    }),
  ),
})
export const DataVersionPage = pageOf(DataVersionShape)

export const VersionQuery = { state: Type.Optional(Type.String({ enum: Object.keys(versionMachine.states) })) }

export const SuggestionsShape = Type.Object({
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      unit: nullable(Type.String()),
      meaning: nullable(Type.String()),
      isSensitive: nullable(Type.Boolean()),
      source: Type.String({ enum: ['earlier', 'name'], description: 'an earlier file, or the name of the column' }),
      dataVersionId: nullable(Id),
    }),
  ),
})

export const UploadQuery = closed({
  fileName: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1000, description: 'name of a file that is sent as the bare body' }),
  ),
})

export const ConfirmBody = closed({
  columns: Type.Optional(
    Type.Array(
      closed({
        name: Type.String({ minLength: 1, maxLength: 1000, examples: ['temp_max'] }),
        unit: Type.Optional(nullable(Type.String({ maxLength: 40, examples: ['℃'] }))),
        meaning: Type.Optional(
          nullable(Type.String({ maxLength: 500, examples: ['日最高气温 Daily maximum temperature'] })),
        ),
        isSensitive: Type.Optional(Type.Boolean()),
      }),
      { maxItems: 2000 },
    ),
  ),
})

/** A dictionary line on the wire. */
export const toColumn = (column: ReturnType<typeof dictionary>[number]) => ({
  ...column,
  topValues: column.topValues ? [...column.topValues] : null,
  histogram: column.histogram ? [...column.histogram] : null,
  unit: column.unit ?? null,
  meaning: column.meaning ?? null,
  isSensitive: column.isSensitive ?? false,
})

/** A version as its owner sees it. */
export const toDataVersionWire = (row: DataVersionRow) => ({
  id: row.id,
  organizationId: row.organizationId,
  fileName: row.fileName,
  sha256: row.sha256,
  bytes: row.bytes,
  state: row.state,
  isConfirmed: row.state === 'confirmed',
  format: row.format,
  encoding: row.encoding,
  delimiter: row.delimiter,
  rows: row.rows,
  columns: dictionary(row.columns ?? [], row.notes).map(toColumn),
  timeRange: row.timeRange,
  divisions: row.divisions ?? [],
  sample: (row.sample ?? []).map(cells => [...cells]),
  warnings: [...(row.warnings ?? [])],
  failure: row.failure,
  confirmedAt: row.confirmedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  derivedFromId: row.derivedFromId,
  derivation: row.derivation ? row.derivation.map(each => ({ ...each })) : null,
})
