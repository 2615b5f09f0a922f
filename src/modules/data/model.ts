import { defineMachine } from '../../kernel/machine.ts'
import type { FieldError } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import type { ColumnProfile, DataProfile } from './engine/types.ts'

/** An uploaded file on its way to something that can be offered. */
export const versionMachine = defineMachine({
  name: 'dataVersion',
  initial: 'profiling',
  states: {
    profiling: text('正在读取', 'Being read'),
    unscanned: text('待病毒检测', 'Not scanned yet'),
    ready: text('待确认', 'To be confirmed'),
    confirmed: text('已确认', 'Confirmed'),
    failed: text('读取失败', 'Could not be read'),
    discarded: text('已移除', 'Put away'),
  },
  moves: {
    read: { from: ['profiling'], to: 'ready' },
    fail: { from: ['profiling'], to: 'failed' },
    hold: { from: ['profiling'], to: 'unscanned' },
    pass: { from: ['unscanned'], to: 'profiling' },
    retry: { from: ['failed', 'discarded'], to: 'profiling' },
    confirm: { from: ['ready', 'confirmed'], to: 'confirmed' },
    discard: { from: ['unscanned', 'ready', 'confirmed', 'failed'], to: 'discarded' },
    restore: { from: ['discarded'], to: 'ready' },
  },
})

/** A file that arrives in pieces, on its way to a version. */
export const uploadMachine = defineMachine({
  name: 'upload',
  initial: 'receiving',
  states: {
    receiving: text('正在接收', 'Being received'),
    finished: text('已完成', 'Finished'),
    ended: text('已取消', 'Cancelled'),
    expired: text('已过期', 'Expired'),
  },
  moves: {
    finish: { from: ['receiving'], to: 'finished' },
    end: { from: ['receiving'], to: 'ended' },
    expire: { from: ['receiving'], to: 'expired' },
  },
})

/** What can be done to a column that must not leave as it is. */
export const maskMethods = {
  remove: text('删除该列', 'Remove the column'),
  mask: text('遮盖', 'Cover'),
  hash: text('加密散列', 'Keyed hash'),
  generalise: text('泛化', 'Generalise'),
} as const

export type MaskMethod = keyof typeof maskMethods

/** A column of the version before, and what was done to it. */
export interface MaskedColumn {
  readonly name: string
  readonly method: MaskMethod
}

export type VersionState = keyof typeof versionMachine.states

/** What was read from one column of a file. */
export type ColumnFacts = ColumnProfile

/** What only the vendor knows about a column (domain 4.1: unit, meaning, sensitive). */
export interface ColumnNote {
  readonly unit?: string
  readonly meaning?: string
  readonly isSensitive?: boolean
}

/** One line of the data dictionary: what was read, and what the vendor added. */
export interface Column extends ColumnFacts, ColumnNote {}

/** What was read from a whole file; never changed afterwards. */
export type FileFacts = Omit<DataProfile, 'bytes' | 'scan'>

/** The first rows of a file, each as long as the list of columns. */
export type Sample = DataProfile['sample']

/** Files up to this size are read before the upload is answered; larger ones afterwards. */
export const inlineBytes = 8 * 1024 * 1024

/** After this many seconds a reading was cut off by the end of its process: small files are read while one waits. */
export const overdueSeconds = (bytes: number): number => (bytes <= inlineBytes ? 30 : 15 * 60)

/** The dictionary: facts and notes of the same column side by side. */
export const dictionary = (
  columns: readonly ColumnFacts[],
  notes: Readonly<Record<string, ColumnNote>>,
): readonly Column[] =>
  columns.map(column => ({ ...column, ...(Object.hasOwn(notes, column.name) && notes[column.name]) }))

/** Notes as they are given: what is absent stays as it is, null or a blank text takes a note back. */
export interface GivenNote {
  readonly name: string
  readonly unit?: string | null
  readonly meaning?: string | null
  readonly isSensitive?: boolean
}

/** The given notes by column name, laid over the present ones. */
export function mergeNotes(
  present: Readonly<Record<string, ColumnNote>>,
  given: readonly GivenNote[],
): Record<string, ColumnNote> {
  const merged = new Map(Object.entries(present))
  for (const { name, unit, meaning, isSensitive } of given) {
    const before = merged.get(name) ?? {}
    const after = {
      unit: ((unit === undefined ? before.unit : unit) ?? '').trim(),
      meaning: ((meaning === undefined ? before.meaning : meaning) ?? '').trim(),
      isSensitive: isSensitive ?? before.isSensitive ?? false,
    }
    merged.set(name, {
      ...(after.unit && { unit: after.unit }),
      ...(after.meaning && { meaning: after.meaning }),
      isSensitive: after.isSensitive,
    })
  }
  return Object.fromEntries(merged)
}

/** What is wrong with notes about columns: names that the file does not have, or the same name twice. */
export function noteErrors(columns: readonly ColumnFacts[], given: readonly { readonly name: string }[]): FieldError[] {
  const known = new Set(columns.map(column => column.name))
  const seen = new Set<string>()
  return given.flatMap(({ name }, i) => {
    const pointer = `/columns/${i}/name`
    if (!known.has(name)) {
      const names = [...known].slice(0, 20).join(', ')
      return [
        {
          pointer,
          message: text(`文件中没有“${name}”这一列`, `the file has no column “${name}”`),
          remedy: text(`使用文件中的列名：${names}`, `use a name of the file: ${names}`),
        },
      ]
    }
    if (seen.has(name))
      return [
        {
          pointer,
          message: text(`“${name}”重复出现`, `“${name}” is there twice`),
          remedy: text('每列只说明一次', 'describe each column once'),
        },
      ]
    seen.add(name)
    return []
  })
}

/** The mark in place of a value that the vendor called sensitive. */
export const masked = '***'

/** The dictionary as the public may see it: no values of sensitive columns, and nothing of how they are spread. */
export const publicColumns = (columns: readonly Column[]): readonly Column[] =>
  columns.map(column => {
    if (!column.isSensitive) return column
    const { topValues: _, histogram: __, ...rest } = column
    return { ...rest, min: null, max: null, example: null }
  })

/** The sample as the public may see it: values of sensitive columns are masked. */
export const publicSample = (sample: Sample, columns: readonly Column[]): Sample =>
  columns.some(column => column.isSensitive)
    ? sample.map(row => row.map((cell, i) => (cell !== null && columns[i]?.isSensitive ? masked : cell)))
    : sample

/** A file name as it is kept and shown: the last part of a path, without control and direction characters. */
export function tidyFileName(given: string): string {
  const last = given.split(/[\\/]/).at(-1) ?? ''
  const clean = last
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
  return clean.length <= 200 ? clean : `${clean.slice(0, 160)}…${clean.slice(-39)}`
}
