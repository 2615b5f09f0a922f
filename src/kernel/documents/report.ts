import { Canvas, ink, page } from './canvas.ts'
import { placeBlocks } from './contract.ts'
import { Flow, type Frame, tightCell } from './flow.ts'
import { readMarkdown } from './markdown.ts'
import type { ReportSpec } from './specs.ts'
import { layoutWords } from './words.ts'

/** Sets a statement or list: title, facts, a table over several pages, page x of y. The same spec gives the same bytes. */
export function renderReport(spec: ReportSpec): Promise<Buffer> {
  const words = layoutWords(spec.language)
  const isChinese = spec.language === 'zh'
  const canvas = new Canvas({
    title: `${spec.title} ${spec.number}`,
    author: spec.issuer,
    subject: spec.title,
    language: spec.language,
    createdAt: spec.createdAt,
  })
  const frame: Frame = { left: 48, top: 78, width: page.width - 96, bottom: page.height - 64 }
  const right = frame.left + frame.width
  const flow = new Flow(canvas, frame, tightCell)
  canvas.text(spec.title, page.width / 2, 104, {
    size: isChinese ? 20 : 17,
    isBold: true,
    align: 'center',
    tracking: isChinese ? 3 : 0.2,
  })
  flow.skip(46)
  placeBlocks(flow, canvas, readMarkdown(spec.markdown), isChinese)
  const small = { size: 8, color: ink.soft } as const
  for (let i = 0; i < canvas.pageCount; i++) {
    canvas.turnTo(i)
    canvas.rectangle(0, 0, page.width, 5, { fill: ink.accent })
    canvas.text(spec.issuer, frame.left, 46, { size: 9, isBold: true, color: ink.accent })
    canvas.text(spec.number, right, 46, { ...small, align: 'right' })
    canvas.rule(frame.left, 54, right, 54, 0.5)
    canvas.rule(frame.left, page.height - 52, right, page.height - 52, 0.5)
    canvas.text(spec.note, frame.left, page.height - 38, small)
    canvas.text(words.page(i + 1, canvas.pageCount), right, page.height - 38, { ...small, align: 'right' })
  }
  return canvas.finish()
}
