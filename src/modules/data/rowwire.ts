import { Type } from 'typebox'
import { Bilingual, closed, Id, nullable } from '../../kernel/wire.ts'
import type { Difference } from './difference.ts'
import { exportFormats, operators } from './engine/plan.ts'
import { mostFilters, mostSorts } from './filter.ts'
import { mostRows } from './rows.ts'

const Names = (description: string, most: number) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { maxItems: most, description }))

/** Which rows: the same in the address of a page, of an export and of the API, so that it can be passed on. */
export const filterPart = {
  filter: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 4000 }), {
      maxItems: mostFilters,
      examples: [['城市:eq:太原', 'temp_max:between:10|20']],
      description: `\`column:operator:value\`, repeated; all must hold. Operators: ${operators.join(', ')}. Several values (between, in) are parted by \`|\`, a sign is taken as it is after a backslash. Numbers, days and moments are compared as such, text by its characters; contains and starts ignore case; ne takes empty cells too; null and filled take no value.`,
    }),
  ),
  sort: Names(
    '`column:asc` or `column:desc`, repeated; empty cells last, equal rows as they stand in the file',
    mostSorts,
  ),
}
const columnsPart = { columns: Names('the columns wanted, in this order; all unless told', 2000) }

export const RowsQueryShape = closed({
  ...filterPart,
  ...columnsPart,
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostRows, default: 50 })),
})

const Cells = Type.Array(nullable(Type.String()))

export const RowsShape = Type.Object({
  dataVersionId: Id,
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String(), isMasked: Type.Boolean() })),
  rows: Type.Array(Cells, { description: 'cells as they stand in the file, cut after 2,000 characters' }),
  offset: Type.Integer(),
  limit: Type.Integer(),
  total: Type.Integer({ description: 'rows that meet the filter' }),
})

export const ExportQueryShape = closed({
  format: Type.String({ enum: [...exportFormats] }),
  ...filterPart,
  ...columnsPart,
  bom: Type.Optional(Type.Boolean({ default: true, description: 'CSV: begin with a byte order mark' })),
  safe: Type.Optional(
    Type.Boolean({
      default: true,
      description:
        'CSV: an apostrophe before text that begins with = + - @ tab or return and is no plain number, which spreadsheets would take for a formula. XLSX needs none: its text cells are never formulas.',
    }),
  ),
})

const Point = Type.Object({
  code: Type.String({ examples: ['completeness'] }),
  title: Bilingual,
  meaning: Bilingual,
  points: Type.Integer(),
  most: Type.Integer({ description: '0 where it could not be judged' }),
  finding: Bilingual,
  remedy: nullable(Bilingual),
  columns: Type.Array(Type.String()),
})

export const QualityShape = Type.Object({
  dataVersionId: Id,
  score: Type.Integer({ description: 'the plain sum of the points' }),
  most: Type.Integer(),
  points: Type.Array(Point),
})

const Named = Type.Object({ name: Type.String(), type: Type.String() })

export const DifferenceQueryShape = closed({
  from: Id,
  key: Names('columns by which rows are the same; found, or the whole row, unless told', 10),
})

export const DifferenceShape = Type.Object({
  from: Id,
  to: Id,
  schema: Type.Object({
    added: Type.Array(Named),
    removed: Type.Array(Named),
    changed: Type.Array(Type.Object({ name: Type.String(), from: Type.String(), to: Type.String() })),
  }),
  columns: Type.Array(Type.String(), { description: 'columns of both, by which rows are compared' }),
  key: Type.Array(Type.String(), { description: 'empty: by the whole row' }),
  rows: Type.Object({
    from: Type.Integer(),
    to: Type.Integer(),
    added: Type.Integer(),
    removed: Type.Integer(),
    changed: Type.Integer(),
    same: Type.Integer(),
  }),
  addedSample: Type.Array(Cells),
  removedSample: Type.Array(Cells),
  changedSample: Type.Array(
    Type.Object({
      key: Cells,
      cells: Type.Array(
        Type.Object({ column: Type.String(), from: nullable(Type.String()), to: nullable(Type.String()) }),
      ),
    }),
  ),
})

/** A difference on the wire. */
export const toDifferenceWire = (from: string, to: string, difference: Difference) => ({ from, to, ...difference })
