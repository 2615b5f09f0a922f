import { text } from '../../../../kernel/text.ts'
import { statementUnreadable } from '../../model.ts'

/** More in one file is split by the person who exports it: matching holds an order's row for each line. */
export const maxLines = 2_000

/** Refuses a file as a whole, saying why. */
export const refuse = (zh: string, en: string) => statementUnreadable(text(zh, en))

/** The text of a statement file: UTF-8, or else GBK (as its superset GB 18030). @throws statement-unreadable */
export function decode(bytes: Buffer): { content: string; encoding: string } {
  if (bytes.length === 0) throw refuse('文件为空。', 'The file is empty.')
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes.includes(0))
    throw refuse('文件不是 UTF-8 或 GBK 文本。', 'The file is not text in UTF-8 or GBK.')
  for (const encoding of ['utf-8', 'gb18030'])
    try {
      const content = new TextDecoder(encoding, { fatal: true }).decode(bytes)
      return { content, encoding: encoding === 'utf-8' ? encoding : 'gbk' }
    } catch {
      // the next encoding, then the refusal below
    }
  throw refuse('文件不是 UTF-8 或 GBK 文本。', 'The file is not text in UTF-8 or GBK.')
}
