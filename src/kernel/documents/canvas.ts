import PDFDocument from 'pdfkit'
import QRCode from 'qrcode'
import { loadFonts } from './fonts.ts'
import { breakLines, type Line, measure, type Run } from './lines.ts'

/** A4 in points. */
export const page = { width: 595.28, height: 841.89 } as const

export const ink = { text: '#1a1f26', soft: '#5b6673', rule: '#b9c2cc', tint: '#f1f4f7', accent: '#1f4e79' } as const

interface Info {
  readonly title: string
  readonly author: string
  readonly subject: string
  readonly language: 'zh' | 'en'
  readonly createdAt: Date
}

interface TextOptions {
  readonly size: number
  readonly isBold?: boolean
  readonly color?: string
  readonly align?: 'left' | 'center' | 'right'
  /** Points between characters. */
  readonly tracking?: number
}

/** A PDF that is drawn page by page: set lines, rules, rectangles and QR codes; y grows downwards, text stands on baselines. */
export class Canvas {
  readonly #document: PDFKit.PDFDocument
  readonly #bytes: Promise<Buffer>

  constructor(info: Info) {
    const fonts = loadFonts()
    const document = new PDFDocument({
      size: 'A4',
      margin: 0,
      autoFirstPage: false,
      bufferPages: true,
      pdfVersion: '1.7',
      lang: info.language === 'zh' ? 'zh-CN' : 'en',
      displayTitle: true,
      // CreationDate and the file's ID come from the input alone: the same input gives the same bytes.
      info: {
        Title: info.title,
        Author: info.author,
        Subject: info.subject,
        Creator: '晋数',
        Producer: '晋数文书',
        CreationDate: info.createdAt,
      },
    })
    // pdfkit takes a parsed font as it is; its types know only files and bytes.
    document.registerFont('regular', fonts.regular as unknown as Buffer)
    document.registerFont('bold', fonts.bold as unknown as Buffer)
    const chunks: Buffer[] = []
    this.#document = document
    this.#bytes = new Promise((resolve, reject) => {
      document.on('data', (chunk: Buffer) => chunks.push(chunk))
      document.on('end', () => resolve(Buffer.concat(chunks)))
      document.on('error', reject)
    })
  }

  addPage(): void {
    this.#document.addPage()
  }

  get pageCount(): number {
    return this.#document.bufferedPageRange().count
  }

  /** Turns back to page `index` (from 0), for headers and footers that need the page count. */
  turnTo(index: number): void {
    this.#document.switchToPage(index)
  }

  /** An entry of the reader's table of contents, leading to the present page. */
  addBookmark(title: string): void {
    this.#document.outline.addItem(title)
  }

  /** Draws a set line with its baseline at `y`. */
  line(line: Line, x: number, y: number, options: { size: number; color?: string }): void {
    this.#document.fontSize(options.size).fillColor(options.color ?? ink.text)
    for (const segment of line.segments) {
      if (segment.text.trim() === '') continue
      this.#document.font(segment.isBold ? 'bold' : 'regular').text(segment.text, x + segment.x, y, {
        lineBreak: false,
        baseline: 'alphabetic',
        ...(segment.spacing > 0 && { characterSpacing: segment.spacing }),
      })
    }
  }

  /** Draws one line of text at `x`, or centred on it, or ending at it. */
  text(value: string, x: number, y: number, options: TextOptions): void {
    const runs: Run[] = [{ text: value, isBold: options.isBold ?? false }]
    const tracking = options.tracking ?? 0
    const width = measure(runs, options.size) + tracking * Math.max(0, [...value].length - 1)
    const shift = options.align === 'center' ? width / 2 : options.align === 'right' ? width : 0
    if (tracking === 0) {
      const [line] = breakLines(runs, { size: options.size, width: Number.POSITIVE_INFINITY })
      if (line) this.line(line, x - shift, y, { size: options.size, color: options.color ?? ink.text })
      return
    }
    this.#document
      .font(options.isBold ? 'bold' : 'regular')
      .fontSize(options.size)
      .fillColor(options.color ?? ink.text)
      .text(value, x - shift, y, { lineBreak: false, baseline: 'alphabetic', characterSpacing: tracking })
  }

  rule(x1: number, y1: number, x2: number, y2: number, width = 0.6, color: string = ink.rule): void {
    this.#document.moveTo(x1, y1).lineTo(x2, y2).lineWidth(width).strokeColor(color).stroke()
  }

  rectangle(
    x: number,
    y: number,
    width: number,
    height: number,
    style: { fill?: string; stroke?: string; lineWidth?: number },
  ): void {
    this.#document.rect(x, y, width, height)
    if (style.fill) this.#document.fill(style.fill)
    else
      this.#document
        .lineWidth(style.lineWidth ?? 0.6)
        .strokeColor(style.stroke ?? ink.rule)
        .stroke()
  }

  /** A path in SVG's notation. */
  path(d: string, style: { stroke?: string; fill?: string; lineWidth?: number }): void {
    this.#document.path(d)
    if (style.fill) this.#document.fill(style.fill)
    else
      this.#document
        .lineWidth(style.lineWidth ?? 0.6)
        .strokeColor(style.stroke ?? ink.rule)
        .stroke()
  }

  /** A QR code of `side` points as rectangles, without its quiet zone. */
  qr(value: string, x: number, y: number, side: number): void {
    const { data, size } = QRCode.create(value, { errorCorrectionLevel: 'M' }).modules
    const unit = side / size
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        if (!data[row * size + column]) continue
        let length = 1
        while (column + length < size && data[row * size + column + length]) length++
        this.#document.rect(x + column * unit, y + row * unit, length * unit, unit)
        column += length - 1
      }
    this.#document.fill(ink.text)
  }

  /** Ends the document. @returns the file's bytes. */
  finish(): Promise<Buffer> {
    this.#document.end()
    return this.#bytes
  }
}
