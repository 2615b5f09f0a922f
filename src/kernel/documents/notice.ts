import { Canvas, ink, page } from './canvas.ts'
import { placeBlocks } from './contract.ts'
import { airyCell, Flow, type Frame, tightCell } from './flow.ts'
import { readMarkdown } from './markdown.ts'
import type { NoticeSpec } from './specs.ts'
import { type LayoutWords, layoutWords } from './words.ts'

const gold = '#9a7b3c'

/** The certificate's border: two frames, a band of fine waves between them, a rosette in each corner. */
function drawBorder(canvas: Canvas): void {
  const outer = { x: 30, y: 30, w: page.width - 60, h: page.height - 60 }
  const inset = 14
  canvas.rectangle(outer.x, outer.y, outer.w, outer.h, { stroke: gold, lineWidth: 1.6 })
  canvas.rectangle(outer.x + inset, outer.y + inset, outer.w - 2 * inset, outer.h - 2 * inset, {
    stroke: gold,
    lineWidth: 0.7,
  })
  const wave = (x1: number, y1: number, x2: number, y2: number, phase: number): string => {
    const length = Math.hypot(x2 - x1, y2 - y1)
    const steps = Math.round(length / 1.5)
    return Array.from({ length: steps + 1 }, (_, i) => {
      const along = (i / steps) * length
      const across = 4.2 * Math.sin((along / length) * Math.round(length / 18) * 2 * Math.PI + phase)
      const x = x1 + ((x2 - x1) * i) / steps + (y1 === y2 ? 0 : across)
      const y = y1 + ((y2 - y1) * i) / steps + (y1 === y2 ? across : 0)
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`
    }).join(' ')
  }
  const a = outer.x + inset / 2
  const b = outer.y + inset / 2
  const c = outer.x + outer.w - inset / 2
  const d = outer.y + outer.h - inset / 2
  for (const phase of [0, Math.PI / 2, Math.PI, (3 * Math.PI) / 2])
    for (const [x1, y1, x2, y2] of [
      [a + 14, b, c - 14, b],
      [a + 14, d, c - 14, d],
      [a, b + 14, a, d - 14],
      [c, b + 14, c, d - 14],
    ] as const)
      canvas.path(wave(x1, y1, x2, y2, phase), { stroke: '#d8c79b', lineWidth: 0.45 })
  for (const [x, y] of [
    [a, b],
    [c, b],
    [a, d],
    [c, d],
  ] as const)
    drawRosette(canvas, x, y)
}

function drawRosette(canvas: Canvas, x: number, y: number): void {
  const points = Array.from({ length: 241 }, (_, i) => {
    const angle = (i / 240) * 2 * Math.PI
    const radius = 9 + 3.2 * Math.cos(8 * angle)
    return `${i === 0 ? 'M' : 'L'}${(x + radius * Math.cos(angle)).toFixed(2)} ${(y + radius * Math.sin(angle)).toFixed(2)}`
  }).join(' ')
  canvas.path(points, { fill: '#ffffff' })
  canvas.path(points, { stroke: gold, lineWidth: 0.8 })
  canvas.path(`M${x - 3} ${y} a3 3 0 1 0 6 0 a3 3 0 1 0 -6 0`, { stroke: gold, lineWidth: 0.8 })
}

const codeSide = 72

/** QR codes at the left, issuer and date at the right; kept together at the foot of the text. */
function drawClosing(flow: Flow, canvas: Canvas, spec: NoticeSpec, words: LayoutWords, atFoot: boolean): void {
  const height = codeSide + 26
  flow.need(height + 14)
  const { left, width, bottom } = flow.frame
  const top = atFoot ? bottom - height : flow.y + 14
  spec.codes.forEach((code, i) => {
    const x = left + i * (codeSide + 34)
    canvas.qr(code.value, x, top, codeSide)
    canvas.text(code.caption, x + codeSide / 2, top + codeSide + 14, { size: 8, color: ink.soft, align: 'center' })
  })
  const right = left + width
  canvas.text(spec.issuer, right, top + 26, { size: 12, isBold: true, align: 'right' })
  canvas.text(spec.issuedOn, right, top + 48, { size: 11, align: 'right' })
  canvas.text(words.sealNote, right, top + 68, { size: 8, color: ink.soft, align: 'right' })
  flow.skip(height + 14)
}

function renderCertificate(canvas: Canvas, spec: NoticeSpec, words: LayoutWords): void {
  const frame: Frame = { left: 78, top: 236, width: page.width - 156, bottom: page.height - 78 }
  const isChinese = spec.language === 'zh'
  const flow = new Flow(canvas, frame, airyCell)
  canvas.text(spec.issuer, page.width / 2, 98, { size: 12, align: 'center', color: gold, tracking: 2 })
  canvas.text(spec.title, page.width / 2, 154, {
    size: isChinese ? 32 : 24,
    isBold: true,
    align: 'center',
    tracking: isChinese ? 8 : 0.5,
  })
  canvas.rule(page.width / 2 - 90, 172, page.width / 2 + 90, 172, 0.8, gold)
  canvas.text(`${words.number}${spec.number}`, page.width / 2, 196, { size: 11, align: 'center', color: ink.soft })
  placeBlocks(flow, canvas, withoutTitle(spec.markdown), isChinese)
  drawClosing(flow, canvas, spec, words, true)
  for (let i = 0; i < canvas.pageCount; i++) {
    canvas.turnTo(i)
    drawBorder(canvas)
    if (canvas.pageCount > 1)
      canvas.text(words.page(i + 1, canvas.pageCount), page.width / 2, page.height - 58, {
        size: 8,
        color: ink.soft,
        align: 'center',
      })
  }
}

function renderReceipt(canvas: Canvas, spec: NoticeSpec, words: LayoutWords): void {
  const frame: Frame = { left: 79, top: 86, width: page.width - 153, bottom: page.height - 70 }
  const isChinese = spec.language === 'zh'
  const flow = new Flow(canvas, frame, tightCell)
  const right = frame.left + frame.width
  canvas.text(spec.title, page.width / 2, 118, {
    size: isChinese ? 24 : 20,
    isBold: true,
    align: 'center',
    tracking: isChinese ? 5 : 0.3,
  })
  canvas.text(`${words.number}${spec.number}`, right, 152, { size: 10, color: ink.soft, align: 'right' })
  flow.skip(78)
  placeBlocks(flow, canvas, withoutTitle(spec.markdown), isChinese)
  drawClosing(flow, canvas, spec, words, false)
  const small = { size: 8.5, color: ink.soft } as const
  for (let i = 0; i < canvas.pageCount; i++) {
    canvas.turnTo(i)
    canvas.rectangle(0, 0, page.width, 6, { fill: ink.accent })
    canvas.text(spec.issuer, frame.left, 52, { size: 9.5, isBold: true, color: ink.accent })
    canvas.rule(frame.left, 60, right, 60, 0.5)
    canvas.rule(frame.left, page.height - 60, right, page.height - 60, 0.5)
    canvas.text(`${words.number}${spec.number}`, frame.left, page.height - 46, small)
    canvas.text(words.page(i + 1, canvas.pageCount), right, page.height - 46, { ...small, align: 'right' })
  }
}

/** The title is set by the layout; the text's own first heading names it for readers of the Markdown. */
const withoutTitle = (markdown: string) =>
  readMarkdown(markdown).filter(block => block.kind !== 'heading' || block.level > 1)

/** Sets a certificate (border, title, facts, two QR codes) or a receipt. The same spec gives the same bytes. */
export function renderNotice(spec: NoticeSpec): Promise<Buffer> {
  const words = layoutWords(spec.language)
  const canvas = new Canvas({
    title: `${spec.title} ${spec.number}`,
    author: spec.issuer,
    subject: spec.title,
    language: spec.language,
    createdAt: spec.createdAt,
  })
  if (spec.kind === 'certificate') renderCertificate(canvas, spec, words)
  else renderReceipt(canvas, spec, words)
  return canvas.finish()
}
