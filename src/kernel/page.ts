import { Type } from 'typebox'
import { invalidInput } from './problem.ts'
import { text } from './text.ts'

/** Query part of every list: how many, and from where. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  after: Type.Optional(Type.String({ maxLength: 300, description: 'cursor from `next` of the page before' })),
}

/** A cursor from the sort values of a page's last row. */
export const encodeCursor = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url')

/** The sort values in a cursor; undefined without one. @throws invalid-input when it is not one of ours. */
export function decodeCursor(cursor: string | undefined, length: number): (string | number)[] | undefined {
  if (cursor === undefined) return undefined
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (
      Array.isArray(values) &&
      values.length === length &&
      values.every(v => typeof v === 'string' || typeof v === 'number')
    )
      return values
  } catch {
    // falls through to the refusal below
  }
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/after',
        message: text('不是有效的翻页标记', 'is not a page cursor'),
        remedy: text('使用上一页返回的 next', 'use `next` of the page before'),
      },
    ],
  })
}

/** Cuts `limit + 1` fetched rows to a page; `next` is null on the last one. */
export function toPage<R, I>(
  rows: R[],
  limit: number,
  cursor: (row: R) => readonly (string | number)[],
  item: (row: R) => I,
) {
  const shown = rows.slice(0, limit)
  return { items: shown.map(item), next: rows.length > limit ? encodeCursor(cursor(shown.at(-1)!)) : null }
}
