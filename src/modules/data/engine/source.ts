import type { Problem } from '../../../kernel/problem.ts'
import type { ColumnType } from './types.ts'

/** How the engine reads one file: a query that gives every value as text in columns c0, c1, … */
export interface Source {
  readonly sql: string
  readonly names: readonly string[]
  /** The types that the format itself declares; CSV declares none. */
  readonly types?: readonly ColumnType[]
  /** Turns the engine's error about this file into a refusal that names the place. */
  explain(error: unknown): Problem | Promise<Problem>
}

/** An SQL string literal. */
export const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** An SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What a type of the engine is for a data dictionary. */
export function columnTypeOf(engineType: string): ColumnType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER)$/.test(engineType)) return 'integer'
  if (/^(DECIMAL(\(.*\))?|FLOAT|DOUBLE)$/.test(engineType)) return 'decimal'
  if (engineType === 'BOOLEAN') return 'boolean'
  if (engineType === 'DATE') return 'date'
  if (/^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/.test(engineType)) return 'timestamp'
  return 'text'
}

/** Whether a value of this engine type has parts of its own. */
export const isNested = (engineType: string): boolean => /^(STRUCT|MAP|UNION)|\]$|^JSON$/.test(engineType)
