import { Canvas, ink, page } from './canvas.ts'
import { Flow, type Frame } from './flow.ts'
import { breakLines, measure, type Run } from './lines.ts'
import { type Block, plainText, readMarkdown } from './markdown.ts'
import { drawSignatures } from './signatures.ts'
import type { ContractSpec } from './specs.ts'
import { textHash } from './template.ts'
import { type LayoutWords, layoutWords } from './words.ts'

const frame: Frame = { left: 79, top: 86, width: page.width - 79 - 74, bottom: page.height - 80 }
const body = { size: 10.5, leading: 18.5, after: 4 } as const

const regular = (text: string): Run[] => [{ text, isBold: false }]

/** Takes the clause number off the start of a paragraph, so that it can hang before the text. */
function splitSign(runs: readonly Run[]): { sign: string; depth: number; rest: Run[] } | undefined {
  const [first, ...others] = runs
  const clause = /^(\d+(?:\.\d+)+) +/.exec(first?.text ?? '')
  const item = /^(（(?:\d+|[一二三四五六七八九十]+)）|\((?:\d+|[a-z])\) +)/.exec(first?.text ?? '')
  const found = clause ?? item
  if (!first || !found) return undefined
  const rest = [{ ...first, text: first.text.slice(found[0].length) }, ...others]
  return { sign: (found[1] ?? '').trim(), depth: clause ? 0 : 1, rest }
}

/** Places a paragraph: clause, item, a line in brackets (centred), or plain text with the Chinese two-character indent. */
export function placeParagraph(flow: Flow, runs: readonly Run[], isChinese: boolean): void {
  const split = splitSign(runs)
  if (split) {
    const first = split.depth === 0 ? 0 : 34
    const indent = first + (split.depth === 0 ? 34 : Math.max(26, measure(regular(split.sign), body.size) + 4))
    flow.paragraph(split.rest, { ...body, indent, first }, split.sign)
    return
  }
  const text = plainText(runs)
  if (/^（[^（）]*）$|^\([^()]*\)$/.test(text)) {
    flow.need(body.leading * 2)
    flow.skip(body.leading / 2)
    const shift = Math.max(0, (flow.frame.width - measure(runs, body.size)) / 2)
    flow.paragraph(runs, { ...body, indent: shift, color: ink.soft, isJustified: false })
    return
  }
  flow.paragraph(isChinese && text.length > 30 ? [{ text: '　　', isBold: false }, ...runs] : runs, body)
}

const startHeight = (flow: Flow, next: Block | undefined): number =>
  next?.kind === 'table' ? flow.tableStart(next.head, next.rows) : body.leading * 2

function placeHeading(flow: Flow, canvas: Canvas, block: Block & { kind: 'heading' }, next: Block | undefined): void {
  const title = plainText(block.runs)
  const runs = block.runs.map(run => ({ ...run, isBold: true }))
  if (block.level === 1) {
    canvas.text(title, page.width / 2, flow.y + 22, { size: 18, isBold: true, align: 'center', tracking: 2 })
    flow.skip(46)
    return
  }
  const before = flow.y > flow.frame.top ? 12 : 0
  flow.need(before + 28 + startHeight(flow, next))
  flow.skip(flow.y > flow.frame.top ? before : 0)
  canvas.addBookmark(title)
  flow.paragraph(runs, { size: 12.5, leading: 22, after: 6, color: ink.accent, isJustified: false })
}

/** Places the whole text; the first schedule begins a page of its own. */
export function placeBlocks(flow: Flow, canvas: Canvas, blocks: readonly Block[], isChinese: boolean): void {
  let hasSchedule = false
  blocks.forEach((block, i) => {
    if (block.kind === 'heading') {
      const isSchedule = /^(附件|Schedule)/.test(plainText(block.runs))
      if (isSchedule && !hasSchedule) flow.breakPage()
      hasSchedule ||= isSchedule
      placeHeading(flow, canvas, block, blocks[i + 1])
    } else if (block.kind === 'table') {
      flow.skip(2)
      flow.table(block.head, block.rows, 12)
    } else placeParagraph(flow, block.runs, isChinese)
  })
}

/** At most `most` lines; a longer value ends in … (the whole of it stands in the text). */
function cappedLines(value: string, size: number, width: number, most: number) {
  const lines = breakLines(regular(value), { size, width })
  if (lines.length <= most) return lines
  const kept = [...value].slice(0, Math.floor((width / size) * most) - 2).join('')
  return breakLines(regular(`${kept}…`), { size, width }).slice(0, most)
}

function drawCover(canvas: Canvas, spec: ContractSpec, words: LayoutWords): void {
  canvas.addPage()
  const { left, width } = frame
  const right = left + width
  canvas.rectangle(0, 0, page.width, 10, { fill: ink.accent })
  canvas.text(spec.issuer.slice(0, 40), left, 64, { size: 11, isBold: true, color: ink.accent })
  canvas.text(`${words.contractNumber} ${spec.number}`, right, 64, { size: 9.5, color: ink.soft, align: 'right' })
  canvas.rule(left, 76, right, 76, 0.8, ink.accent)

  const isChinese = spec.language === 'zh'
  canvas.text(spec.title, page.width / 2, 246, {
    size: isChinese ? 34 : 28,
    isBold: true,
    align: 'center',
    tracking: isChinese ? 10 : 0.5,
  })
  canvas.rule(page.width / 2 - 36, 276, page.width / 2 + 36, 276, 1.6, ink.accent)
  const subject = cappedLines(spec.subject, 13, width - 60, 2)
  subject.forEach((line, i) => {
    canvas.line(line, left + (width - line.width) / 2, 308 + i * 20, { size: 13, color: ink.soft })
  })
  if (spec.signatures.some(signature => !signature.value))
    canvas.text(words.draft, page.width / 2, 362, { size: 11, color: '#9a3412', align: 'center' })

  let y = 424
  const facts = [{ label: words.contractNumber, value: spec.number }, ...spec.cover].slice(0, 9)
  const labelWidth = Math.max(...facts.map(fact => measure([{ text: fact.label, isBold: true }], 11))) + 16
  for (const { label, value } of facts) {
    const lines = cappedLines(value, 11, width - 60 - labelWidth, 2)
    canvas.text(label, left + 30, y, { size: 11, isBold: true })
    lines.forEach((line, i) => {
      canvas.line(line, left + 30 + labelWidth, y + i * 16, { size: 11 })
    })
    y += (lines.length - 1) * 16
    canvas.rule(left + 30 + labelWidth - 4, y + 6, right - 30, y + 6, 0.6)
    y += 28
  }

  const note = cappedLines(spec.label, 9, width - 24, 5)
  const top = page.height - 96 - note.length * 15
  canvas.rectangle(left, top, 2.5, note.length * 15 + 4, { fill: ink.accent })
  note.forEach((line, i) => {
    canvas.line(line, left + 14, top + 12 + i * 15, { size: 9, color: ink.soft })
  })
}

function drawRunning(canvas: Canvas, spec: ContractSpec, words: LayoutWords, digest: string): void {
  const right = frame.left + frame.width
  const small = { size: 8.5, color: ink.soft } as const
  const foot = page.height - 46
  for (let i = 0; i < canvas.pageCount; i++) {
    canvas.turnTo(i)
    if (i > 0) {
      canvas.text(spec.title, frame.left, 52, small)
      canvas.text(`${words.contractNumber} ${spec.number}`, right, 52, { ...small, align: 'right' })
      canvas.rule(frame.left, 60, right, 60, 0.5)
    }
    canvas.rule(frame.left, foot - 14, right, foot - 14, 0.5)
    canvas.text(`${words.shortDigest} ${digest.slice(0, 16)}…`, frame.left, foot, small)
    canvas.text(words.page(i + 1, canvas.pageCount), right, foot, { ...small, align: 'right' })
  }
}

/** Sets a contract in A4: cover, numbered clauses, schedules, signature block, page x of y. The same spec gives the same bytes. */
export function renderContract(spec: ContractSpec): Promise<Buffer> {
  const words = layoutWords(spec.language)
  const digest = spec.digest ?? textHash(spec.markdown)
  const canvas = new Canvas({
    title: `${spec.title} ${spec.number}`,
    author: spec.issuer,
    subject: spec.subject,
    language: spec.language,
    createdAt: spec.createdAt,
  })
  drawCover(canvas, spec, words)
  const flow = new Flow(canvas, frame)
  placeBlocks(flow, canvas, readMarkdown(spec.markdown), spec.language === 'zh')
  drawSignatures(flow, canvas, spec, words, digest)
  drawRunning(canvas, spec, words, digest)
  return canvas.finish()
}
