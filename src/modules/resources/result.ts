import type { RawContext } from '../../kernel/http/route.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { inLanguage, type Language, text } from '../../kernel/text.ts'
import type { Cells } from './cells.ts'
import { resultColumns } from './columns.ts'
import { type MadeFile, madeFile, workbookType } from './exporting.ts'
import { linesOf, readImport } from './importing.ts'
import { type Change, type LineError, type Outcome, outcomes } from './imports.ts'
import type { ImportLineRow } from './schema.ts'
import { writeBook } from './writing.ts'

/** `信息项!C7 类型：“数字”不在列表中；可填：…` */
export function errorText({ sheet, row, column, heading, message, remedy }: LineError, language: Language): string {
  const say = (zh: string, en: string) => inLanguage(text(zh, en), language)
  const place = `${sheet === 'items' ? say('信息项', 'Items') : say('目录', 'Entries')}!${column}${row}`
  const [head, what, mend] = [heading, message, remedy].map(words => inLanguage(words, language))
  return say(`${place} ${head}：${what}；${mend}`, `${place} ${head}: ${what}; ${mend}`)
}

export const changeText = ({ field, before, after }: Change, language: Language): string => {
  const none = inLanguage(text('（空）', '(empty)'), language)
  return inLanguage(
    text(`${field.zh}：${before || none} → ${after || none}`, `${field.en}: ${before || none} → ${after || none}`),
    language,
  )
}

const messageOf = (line: ImportLineRow, language: Language): string =>
  [...line.errors.map(error => errorText(error, language)), ...line.changes.map(change => changeText(change, language))]
    .join('\n')
    .slice(0, 8_000)

/**
 * The uploaded rows with 结果/Result and what it means before each, in the template's shape: rows that were refused are
 * mended in it and uploaded again, those that became drafts carry their code. @throws not-found
 */
export function importResult({ engine, actor }: RawContext, id: string, language: Language): Promise<MadeFile> {
  return madeFile({ fileName: `import-result-${id.slice(0, 8)}.xlsx`, type: workbookType }, path =>
    engine.read(actor, async rx => {
      await readImport(rx, id)
      const word = (outcome: string) => inLanguage(outcomes[outcome as Outcome], language)
      return writeBook(path, {
        language,
        rules: rulesAt(rx.now),
        before: resultColumns,
        async *entries() {
          for await (const line of linesOf(rx, id))
            if (line.sheet === 'entries')
              yield {
                ...line.cells,
                ...(line.code && { code: line.code }),
                result: word(line.outcome),
                message: messageOf(line, language),
              } satisfies Cells
        },
        async *items() {
          for await (const line of linesOf(rx, id)) {
            if (line.sheet === 'items')
              yield { ...line.cells, result: word(line.outcome), message: messageOf(line, language) }
            for (const { row, cells } of line.items) {
              const errors = line.errors.filter(error => error.sheet === 'items' && error.row === row)
              yield {
                ...cells,
                result: word(line.outcome),
                message: errors.map(error => errorText(error, language)).join('\n'),
              }
            }
          }
        },
      })
    }),
  )
}
