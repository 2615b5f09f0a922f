import type { Canvas } from './canvas.ts'
import { ink } from './canvas.ts'
import { breakLines, type Line, longestWord, measure, type Run } from './lines.ts'
import type { Cell } from './markdown.ts'
import { plainText } from './markdown.ts'

/** Where the text of a page may stand, in points. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly bottom: number
}

interface ParagraphStyle {
  readonly size: number
  /** From baseline to baseline, in points. */
  readonly leading: number
  readonly after: number
  /** Points from the frame's left edge to the text, and to its hanging sign or first line. */
  readonly indent?: number
  readonly first?: number
  readonly color?: string
  readonly isJustified?: boolean
}

/** A table's columns and rows, set: ready to be placed. */
interface SetTable {
  readonly x: readonly number[]
  readonly widths: readonly number[]
  readonly rows: readonly SetRow[]
  readonly isLabelled: boolean
}

interface SetRow {
  readonly cells: readonly { lines: readonly Line[]; align: Cell['align'] }[]
  readonly lineCount: number
}

interface CellStyle {
  readonly size: number
  readonly leading: number
  readonly padX: number
  readonly padY: number
}

const usualCell: CellStyle = { size: 9, leading: 14, padX: 6, padY: 4.5 }
/** For forms of one page. */
export const tightCell: CellStyle = { size: 8.5, leading: 12.5, padX: 5, padY: 3.75 }
/** For a certificate: small enough for a digest on one line, with air around. */
export const airyCell: CellStyle = { size: 8.5, leading: 13, padX: 6, padY: 5.25 }
const labels = new Set(['事项', '登记事项', '备案事项', '交付事项', 'Item'])

/** Text that runs down a page and on to the next: no line alone at a page's foot or head, headings with what they head. */
export class Flow {
  readonly #canvas: Canvas
  readonly #frame: Frame
  readonly #cell: CellStyle
  #y: number

  constructor(canvas: Canvas, frame: Frame, cell: CellStyle = usualCell) {
    this.#cell = cell
    this.#canvas = canvas
    this.#frame = frame
    this.#y = frame.top
    canvas.addPage()
  }

  get y(): number {
    return this.#y
  }

  get room(): number {
    return this.#frame.bottom - this.#y
  }

  get frame(): Frame {
    return this.#frame
  }

  breakPage(): void {
    this.#canvas.addPage()
    this.#y = this.#frame.top
  }

  /** Begins a new page unless `height` points are left on this one. */
  need(height: number): void {
    if (height > this.room && this.#y > this.#frame.top) this.breakPage()
  }

  skip(height: number): void {
    this.#y = Math.min(this.#frame.bottom, this.#y + height)
  }

  /** Places a paragraph; `sign` (a clause number) hangs at `first` while the text keeps to `indent`. */
  paragraph(runs: readonly Run[], style: ParagraphStyle, sign?: string): void {
    const indent = style.indent ?? 0
    const lines = breakLines(runs, {
      size: style.size,
      width: this.#frame.width - indent,
      isJustified: style.isJustified ?? true,
    })
    lines.forEach((line, i) => {
      const rest = lines.length - i
      // Two lines stay together at the end of a page, and two at the start of the next.
      const together = i === 0 ? Math.min(2, lines.length) : rest === 2 ? 2 : 1
      this.need((lines.length === 3 && i === 0 ? 3 : together) * style.leading)
      const baseline = this.#y + style.leading * 0.5 + style.size * 0.37
      const options = { size: style.size, color: style.color ?? ink.text }
      if (i === 0 && sign)
        this.#canvas.text(sign, this.#frame.left + (style.first ?? 0), baseline, { ...options, isBold: false })
      this.#canvas.line(line, this.#frame.left + indent, baseline, options)
      this.#y += style.leading
    })
    this.skip(style.after)
  }

  #setTable(head: readonly Cell[], rows: readonly (readonly Cell[])[]): SetTable {
    const cell = this.#cell
    const isLabelled = labels.has(plainText(head[0]?.runs ?? []))
    const all = [head, ...rows]
    const widths = columnWidths(all, this.#frame.width, cell)
    const set = all.map((row, r): SetRow => {
      const cells = head.map((column, c) => {
        const runs = row[c]?.runs ?? []
        const isBold = r === 0 || (isLabelled && c === 0)
        const lines = breakLines(isBold ? runs.map(run => ({ ...run, isBold: true })) : runs, {
          size: cell.size,
          width: widths[c]! - 2 * cell.padX,
        })
        return { lines, align: column.align }
      })
      return { cells, lineCount: Math.max(1, ...cells.map(({ lines }) => lines.length)) }
    })
    let x = this.#frame.left
    const edges = widths.map(width => {
      x += width
      return x - width
    })
    return { x: edges, widths, rows: set, isLabelled }
  }

  #drawRow(table: SetTable, row: SetRow, from: number, to: number, isHead: boolean): void {
    const cell = this.#cell
    const height = (to - from) * cell.leading + 2 * cell.padY
    const { left, width } = this.#frame
    if (isHead) this.#canvas.rectangle(left, this.#y, width, height, { fill: '#e6ecf2' })
    else if (table.isLabelled) this.#canvas.rectangle(left, this.#y, table.widths[0] ?? 0, height, { fill: ink.tint })
    row.cells.forEach(({ lines, align }, c) => {
      const inner = table.widths[c]! - 2 * cell.padX
      lines.slice(from, to).forEach((line, i) => {
        const slack = Math.max(0, inner - line.width)
        const shift = align === 'right' ? slack : align === 'center' ? slack / 2 : 0
        const baseline = this.#y + cell.padY + cell.leading * (i + 0.5) + cell.size * 0.37
        this.#canvas.line(line, table.x[c]! + cell.padX + shift, baseline, { size: cell.size })
      })
    })
    for (const y of isHead ? [this.#y + height] : [this.#y, this.#y + height])
      this.#canvas.rule(left, y, left + width, y, 0.5)
    for (const x of [left, ...table.x.slice(1), left + width]) this.#canvas.rule(x, this.#y, x, this.#y + height, 0.5)
    this.#y += height
  }

  /** Places a table: its head is repeated on each page; a row is only divided when it is higher than a third of a page. */
  table(head: readonly Cell[], rows: readonly (readonly Cell[])[], after: number): void {
    const cell = this.#cell
    const table = this.#setTable(head, rows)
    const heightOf = (row: SetRow) => row.lineCount * cell.leading + 2 * cell.padY
    const third = (this.#frame.bottom - this.#frame.top) / 3
    const [first] = table.rows
    if (!first) return
    const isRepeated = heightOf(first) <= third
    const body = isRepeated ? table.rows.slice(1) : table.rows
    const drawHead = () => {
      if (!isRepeated) return
      this.#canvas.rule(this.#frame.left, this.#y, this.#frame.left + this.#frame.width, this.#y, 0.9, ink.soft)
      this.#drawRow(table, first, 0, first.lineCount, true)
    }
    this.need(startHeight(table.rows.map(heightOf), third))
    drawHead()
    for (const row of body) {
      let from = 0
      while (from < row.lineCount) {
        const fits = Math.floor((this.room - 2 * cell.padY) / cell.leading)
        const isWhole = row.lineCount - from <= fits
        if (!isWhole && (fits < 3 || heightOf(row) <= third)) {
          this.breakPage()
          drawHead()
          continue
        }
        const to = isWhole ? row.lineCount : from + fits
        this.#drawRow(table, row, from, to, false)
        from = to
      }
    }
    this.skip(after)
  }

  /** The height that must be free where a table begins: what must fit below its heading. */
  tableStart(head: readonly Cell[], rows: readonly (readonly Cell[])[]): number {
    const cell = this.#cell
    const heights = this.#setTable(head, rows).rows.map(row => row.lineCount * cell.leading + 2 * cell.padY)
    return startHeight(heights, (this.#frame.bottom - this.#frame.top) / 3)
  }
}

/** A table of up to half a page stays whole; of a longer one the head and three rows stand together. */
function startHeight(heights: readonly number[], third: number): number {
  const whole = heights.reduce((sum, height) => sum + height, 0)
  if (whole <= third * 1.5) return whole
  return Math.min(
    third,
    heights.slice(0, 4).reduce((sum, height) => sum + height, 0),
  )
}

/** Widths that sum to `total`: short columns on one line, none below its longest word, the rest by what the columns hold. */
function columnWidths(rows: readonly (readonly Cell[])[], total: number, cell: CellStyle): number[] {
  const count = rows[0]?.length ?? 0
  const pad = 2 * cell.padX + 1
  const natural = Array.from({ length: count }, (_, c) =>
    Math.max(...rows.map(row => measure((row[c]?.runs ?? []).map(bolden), cell.size) + pad)),
  )
  const sum = natural.reduce((a, b) => a + b, 0)
  if (sum <= total) {
    const widest = natural.indexOf(Math.max(...natural))
    const spare = total - sum
    return natural.map((width, c) => width + (count === 1 || c === widest ? spare * 0.5 : (spare * 0.5) / (count - 1)))
  }
  const words = natural.map((width, c) =>
    Math.min(
      Math.max(
        Math.min(width, cell.size * 5 + pad),
        ...rows.map(row => longestWord((row[c]?.runs ?? []).map(bolden), cell.size) + pad),
      ),
      Math.max(total / count, total * 0.3),
    ),
  )
  const narrow = natural.map((width, c) => (width <= total * 0.3 ? width : words[c]!))
  const sumOf = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0)
  const least = sumOf(narrow) < total * 0.8 ? narrow : words
  const floor = sumOf(least)
  if (floor >= total) return least.map(width => (width / floor) * total)
  const wish = natural.map((width, c) => Math.max(0, Math.min(width, total) - least[c]!))
  const wished = wish.reduce((a, b) => a + b, 0) || 1
  return least.map((width, c) => width + (wish[c]! / wished) * (total - floor))
}

const bolden = (run: Run): Run => ({ ...run, isBold: true })
