import { defineMachine } from '../../kernel/machine.ts'
import { type Text, text } from '../../kernel/text.ts'

/** A filled template: read and shown, then confirmed or given up. Nothing is written before it is confirmed. */
export const importMachine = defineMachine({
  name: 'resourceImport',
  initial: 'ready',
  states: {
    ready: text('待确认', 'To be confirmed'),
    confirmed: text('已导入', 'Imported'),
    discarded: text('已放弃', 'Given up'),
  },
  moves: {
    confirm: { from: ['ready'], to: 'confirmed' },
    discard: { from: ['ready'], to: 'discarded' },
  },
})

export type ImportState = keyof typeof importMachine.states

/** What a row of an import would do, or did. */
export const outcomes = {
  new: text('新增', 'New'),
  changed: text('变更', 'Changed'),
  unchanged: text('无变化', 'Unchanged'),
  refused: text('未通过', 'Refused'),
  stale: text('目录已变动', 'Changed meanwhile'),
  written: text('已成为草稿', 'Became a draft'),
} as const satisfies Record<string, Text>

export type Outcome = keyof typeof outcomes

export type SheetName = 'entries' | 'items'

/** A row of a sheet as it was read: its number, and its cells by column. */
export interface SheetCells {
  readonly row: number
  readonly cells: Readonly<Record<string, string>>
}

/** What is wrong with a cell: where it stands, what, and how to mend it. */
export interface LineError {
  readonly sheet: SheetName
  readonly row: number
  /** the column's letter, as spreadsheets call it; empty where the row as a whole is meant */
  readonly column: string
  readonly heading: Text
  readonly message: Text
  readonly remedy: Text
}

/** What a row would change: the field in words, before and after as people write it. */
export interface Change {
  readonly field: Text
  readonly before: string
  readonly after: string
}

export interface ImportNote {
  readonly message: Text
}

/** Rows that one file may have. */
export const maxEntryRows = 2_000
export const maxItemRows = 40_000
/** Bytes of an uploaded workbook, and of all that is packed in it. */
export const maxWorkbookBytes = 10 * 1024 * 1024
export const maxUnpackedBytes = 120 * 1024 * 1024
