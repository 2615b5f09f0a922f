import MarkdownIt, { type Token } from 'markdown-it'
import type { Run } from './lines.ts'

/** What a document's Markdown consists of. Links, images, HTML and code do not exist here: their signs are text. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly runs: readonly Run[] }
  | { readonly kind: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly kind: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }

/** One cell of a table. */
export interface Cell {
  readonly runs: readonly Run[]
  readonly align: 'left' | 'center' | 'right'
}

const reader = new MarkdownIt('zero').enable(['heading', 'table', 'emphasis', 'escape', 'newline'])

/**
 * Writes a value so that Markdown shows it literally, in any reader: every sign with a meaning is escaped, and white
 * space of all kinds becomes one space, so that a value can neither open a block nor end a table row.
 */
export const escapeMarkdown = (value: unknown): string =>
  String(value)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>|&~#]/g, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])(?= |$)/, '$1\\$2')

const runsOf = (inline: Token | undefined): Run[] => {
  const runs: Run[] = []
  let depth = 0
  for (const token of inline?.children ?? []) {
    if (token.type === 'strong_open') depth++
    else if (token.type === 'strong_close') depth--
    else if (token.type === 'softbreak' || token.type === 'hardbreak') runs.push({ text: ' ', isBold: depth > 0 })
    else if (token.content !== '') runs.push({ text: token.content, isBold: depth > 0 })
  }
  return runs
}

const alignOf = (token: Token): Cell['align'] => {
  const style = String(token.attrGet('style') ?? '')
  return style.includes('right') ? 'right' : style.includes('center') ? 'center' : 'left'
}

function tableOf(tokens: readonly Token[], start: number): { block: Block; next: number } {
  const rows: Cell[][] = []
  let i = start
  for (; tokens[i] && tokens[i]?.type !== 'table_close'; i++) {
    const token = tokens[i]!
    if (token.type === 'tr_open') rows.push([])
    if (token.type === 'th_open' || token.type === 'td_open')
      rows.at(-1)?.push({ runs: runsOf(tokens[i + 1]), align: alignOf(token) })
  }
  const [head = [], ...body] = rows
  return { block: { kind: 'table', head, rows: body }, next: i }
}

/** Reads a document's Markdown: headings, paragraphs, bold, tables; nothing else has a meaning. */
export function readMarkdown(markdown: string): Block[] {
  const tokens = reader.parse(markdown, {})
  const blocks: Block[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.type === 'heading_open')
      blocks.push({ kind: 'heading', level: Number(token.tag.slice(1)), runs: runsOf(tokens[i + 1]) })
    else if (token.type === 'paragraph_open') blocks.push({ kind: 'paragraph', runs: runsOf(tokens[i + 1]) })
    else if (token.type === 'table_open') {
      const { block, next } = tableOf(tokens, i)
      blocks.push(block)
      i = next
    }
  }
  return blocks
}

/** The document's Markdown as safe HTML, for pages: the same reading as in the PDF. */
export const markdownToHtml = (markdown: string): string => reader.render(markdown)

/** The words of a block without weight. */
export const plainText = (runs: readonly Run[]): string => runs.map(run => run.text).join('')
