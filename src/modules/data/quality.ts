import type { Actor } from '../../kernel/actor.ts'
import { dayOf } from '../../kernel/calendar.ts'
import type { Kit } from '../../kernel/kit.ts'
import type { Text } from '../../kernel/text.ts'
import { IDENTIFIER_NAME } from './engine/columns.ts'
import { askHeavy } from './engine/lanes.ts'
import type { MeasureAnswer } from './engine/plan.ts'
import { judge } from './judgement.ts'
import { type OpenedVersion, ownerOf, tableOf } from './rows.ts'

/** One point that the quality of data is judged by. */
export interface QualityPoint {
  readonly code: string
  readonly title: Text
  /** what it means, and how the points come about */
  readonly meaning: Text
  readonly points: number
  /** 0: it could not be judged here, and counts for nothing */
  readonly most: number
  readonly finding: Text
  /** what to do; null where nothing is to be done */
  readonly remedy: Text | null
  readonly columns: readonly string[]
}

export interface Quality {
  readonly points: readonly QualityPoint[]
  /** the plain sum of the points, out of the sum of what could be had */
  readonly score: number
  readonly most: number
}

/** Columns whose values are counted one by one, and rows up to which whole rows are. */
const mostExact = 10
const mostCountedRows = 5_000_000
const mostCountedColumns = 400
const mostKept = 200

/** What was measured of a version never changes, for its bytes do not: it is kept while the process lives. */
const kept = new Map<string, Promise<MeasureAnswer>>()

function measured(kit: Kit, actor: Actor, of: OpenedVersion): Promise<MeasureAnswer> {
  const { version } = of
  const found = kept.get(version.id)
  if (found) return found
  const rows = version.rows ?? 0
  const exact = version.columns
    .flatMap((column, i) => (column.distinctCount >= 0.8 * rows ? [i] : []))
    .slice(0, mostExact)
  const mixed = version.columns.flatMap(({ name, type }, i) =>
    type === 'text' && !IDENTIFIER_NAME.test(name) ? [i] : [],
  )
  const asking = tableOf(kit, of).then(table =>
    askHeavy(ownerOf(actor), {
      kind: 'measure',
      table,
      exact: rows <= mostCountedRows ? exact : [],
      mixed,
      isDuplicatesSought: rows <= mostCountedRows && version.columns.length <= mostCountedColumns,
    }),
  )
  kept.set(version.id, asking)
  asking.catch(() => kept.delete(version.id))
  if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '')
  return asking
}

/**
 * How good the data of a version is: points, each with what was found and what to do, and their plain sum. `now`: the
 * exchange's time, by which the data's age is judged. @throws query-too-heavy, too-many-requests, unavailable
 */
export async function qualityOf(kit: Kit, actor: Actor, of: OpenedVersion, now: Date): Promise<Quality> {
  const points = judge(of.version, await measured(kit, actor, of), dayOf(now))
  const sum = (part: 'points' | 'most') => points.reduce((total, point) => total + point[part], 0)
  return { points, score: sum('points'), most: sum('most') }
}
