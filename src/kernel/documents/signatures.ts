import { type Canvas, ink } from './canvas.ts'
import type { Flow } from './flow.ts'
import { breakLines, type Line } from './lines.ts'
import type { ContractSpec, ShownSignature } from './specs.ts'
import type { LayoutWords } from './words.ts'

const row = { size: 9, leading: 14 } as const
const labelWidth = 62

interface SetBox {
  readonly label: string
  readonly rows: readonly { label: string; lines: Line[] }[]
  readonly height: number
}

const abbreviated = (value: string): string => (value.length > 44 ? `${value.slice(0, 28)}…${value.slice(-12)}` : value)
const spaced = (hex: string): string => hex.replace(/[0-9a-f]{8}(?=[0-9a-f])/gi, '$& ')

function setBox(signature: ShownSignature, width: number, words: LayoutWords): SetBox {
  const facts: [string, string][] = [
    [words.organisation, signature.organisation.slice(0, 200)],
    [words.signer, signature.signer ?? words.awaited],
    [words.signedAt, signature.signedAt ? words.instant(signature.signedAt) : words.awaited],
    [words.algorithm, 'Ed25519'],
    [words.fingerprint, signature.fingerprint ? spaced(signature.fingerprint) : words.awaited],
    [words.value, signature.value ? abbreviated(signature.value) : words.awaited],
  ]
  const rows = facts.map(([label, value]) => ({
    label,
    lines: breakLines([{ text: value, isBold: label === words.organisation }], {
      size: row.size,
      width: width - labelWidth - 20,
    }),
  }))
  const height = 26 + rows.reduce((sum, { lines }) => sum + lines.length * row.leading + 4, 0) + 6
  return { label: signature.label, rows, height }
}

function drawBox(canvas: Canvas, box: SetBox, x: number, y: number, width: number, height: number): void {
  canvas.rectangle(x, y, width, 22, { fill: '#e6ecf2' })
  canvas.rectangle(x, y, width, height, { stroke: ink.soft, lineWidth: 0.7 })
  canvas.text(box.label, x + 10, y + 14.5, { size: 9.5, isBold: true, color: ink.accent })
  let baseline = y + 38
  for (const { label, lines } of box.rows) {
    canvas.text(label, x + 10, baseline, { size: row.size, color: ink.soft })
    lines.forEach((line, i) => {
      canvas.line(line, x + labelWidth + 10, baseline + i * row.leading, { size: row.size })
    })
    baseline += lines.length * row.leading + 4
  }
}

function drawProof(flow: Flow, canvas: Canvas, facts: readonly [string, string][], note: string, url?: string): void {
  const side = url ? 84 : 0
  const { left, width } = flow.frame
  const textWidth = width - (side > 0 ? side + 20 : 0)
  const top = flow.y
  if (url) canvas.qr(url, left + width - side, top + 4, side)
  let y = top + 12
  for (const [label, value] of facts) {
    canvas.text(label, left, y, { size: 8.5, isBold: true, color: ink.soft })
    const lines = breakLines([{ text: value, isBold: false }], { size: 8.5, width: textWidth })
    lines.slice(0, 3).forEach((line, i) => {
      canvas.line(line, left, y + 13 + i * 12, { size: 8.5 })
    })
    y += 13 + Math.min(3, lines.length) * 12 + 5
  }
  const lines = breakLines([{ text: note, isBold: false }], { size: 8.5, width: textWidth })
  lines.forEach((line, i) => {
    canvas.line(line, left, y + i * 13, { size: 8.5, color: ink.soft })
  })
  flow.skip(Math.max(side + 8, y - top + lines.length * 13))
}

/** The signature block: a box for each party side by side, the digest they signed, and where to check it; never divided. */
export function drawSignatures(
  flow: Flow,
  canvas: Canvas,
  spec: ContractSpec,
  words: LayoutWords,
  digest: string,
): void {
  const gap = 14
  const width = (flow.frame.width - gap) / 2
  const boxes = spec.signatures.map(signature => setBox(signature, width, words))
  const height = Math.max(0, ...boxes.map(box => box.height))
  flow.need(height + 36 + 150)
  canvas.addBookmark(words.signatures)
  flow.skip(10)
  for (let i = 0; i < boxes.length; i += 2) {
    if (i > 0) flow.need(height + 12)
    boxes.slice(i, i + 2).forEach((box, column) => {
      drawBox(canvas, box, flow.frame.left + column * (width + gap), flow.y, width, height)
    })
    flow.skip(height + 14)
  }
  flow.need(150)
  const facts: [string, string][] = [[words.digest, spaced(digest)]]
  if (spec.verifyUrl) facts.push([words.verify, spec.verifyUrl])
  const note = spec.language === 'zh' ? words.signatureNote : `${words.signatureNote} ${words.readingNote}`
  drawProof(flow, canvas, facts, note, spec.verifyUrl)
}
