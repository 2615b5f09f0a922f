import type { Rx } from '../../kernel/command.ts'
import { invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { ownDataVersion, type SensitiveKind, scanOf } from '../data/index.ts'
import { gradeOf } from '../risk/index.ts'
import { type Item, itemTypes } from './model.ts'

/** At most so many items has an entry. */
export const maxItems = 1000

const sensitiveKinds: ReadonlySet<SensitiveKind> = new Set(['citizen-id', 'bank-card'])

/** What a data file says of an entry: its name, its items from the columns, and the grade that was decided for it. */
export interface Filled {
  readonly nameZh: string
  readonly format: string
  readonly grade: string | null
  readonly items: Item[]
}

/** Reads an own data file as content of an entry. @throws not-found, invalid-input while it cannot be read */
export async function contentOfData(rx: Rx, dataVersionId: string): Promise<Filled> {
  const row = await ownDataVersion(rx, dataVersionId)
  if (!row.columns || !['ready', 'confirmed'].includes(row.state))
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/dataVersionId',
          message: text('该文件尚未读取完成', 'this file has not been read'),
          remedy: text('等待读取完成，或选择其他文件', 'wait until it is read, or choose another'),
        },
      ],
    })
  const scan = (await scanOf(rx, dataVersionId)) ?? []
  const found = new Map<string, 'personal' | 'sensitivePersonal'>()
  for (const { column, kind } of scan)
    if (found.get(column) !== 'sensitivePersonal' && kind !== 'uscc')
      found.set(column, sensitiveKinds.has(kind) ? 'sensitivePersonal' : 'personal')
  const items = row.columns.slice(0, maxItems).map((column): Item => {
    const note = row.notes[column.name]
    const nameZh = /\p{Script=Han}/u.test(column.name) ? column.name : note?.meaning?.match(/^\p{Script=Han}+/u)?.[0]
    return {
      nameZh: (nameZh ?? column.name).slice(0, 120),
      codeName: column.name.slice(0, 120),
      type: Object.hasOwn(itemTypes, column.type) ? column.type : 'text',
      sensitivity: found.get(column.name) ?? (note?.isSensitive ? 'personal' : 'none'),
      meaning: note?.meaning ?? null,
    }
  })
  const decided = await gradeOf(rx, dataVersionId)
  const nameZh = row.fileName.replace(/\.[A-Za-z0-9]+$/, '').slice(0, 120)
  return { nameZh, format: 'table', grade: decided?.grade ?? null, items: unlike(items) }
}

/** Names are given once: a second one of the same name is told apart by its column. */
function unlike(items: readonly Item[]): Item[] {
  const seen = new Set<string>()
  return items.map(item => {
    const name = seen.has(item.nameZh) ? `${item.nameZh}（${item.codeName}）`.slice(0, 120) : item.nameZh
    seen.add(name)
    return { ...item, nameZh: name }
  })
}

/** Items as they are, and those of the file whose column is not described yet. */
export function joinItems(present: readonly Item[], filled: readonly Item[]): Item[] {
  const columns = new Set(present.map(item => item.codeName?.toLowerCase()))
  const names = new Set(present.map(item => item.nameZh))
  const added = filled.filter(item => !columns.has(item.codeName?.toLowerCase()) && !names.has(item.nameZh))
  return [...present, ...added].slice(0, maxItems)
}
