import { type Canvas, ink } from './canvas.ts'
import type { Flow } from './flow.ts'
import { breakLines, type Line, measure } from './lines.ts'
import type { ContractSpec, ShownSignature } from './specs.ts'
import type { LayoutWords } from './words.ts'

const row = { size: 8.5, leading: 13 } as const

interface SetBox {
  readonly label: string
  readonly labelWidth: number
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
  const labelWidth = Math.max(...facts.map(([label]) => measure([{ text: label, isBold: false }], row.size))) + 10
  const rows = facts.map(([label, value]) => ({
    label,
    lines: breakLines([{ text: value, isBold: label === words.organisation }], {
      size: row.size,
      width: width - labelWidth - 20,
    }),
  }))
  const height = 26 + rows.reduce((sum, { lines }) => sum + lines.length * row.leading + 4, 0) + 6
  return { label: signature.label, labelWidth, rows, height }
}

function drawBox(canvas: Canvas, box: SetBox, x: number, y: number, width: number, height: number): void {
  canvas.rectangle(x, y, width, 22, { fill: '#e6ecf2' })
  canvas.rectangle(x, y, width, height, { stroke: ink.soft, lineWidth: 0.7 })
  canvas.text(box.label, x + 10, y + 14.5, { size: 9.5, isBold: true, color: ink.accent })
  let baseline = y + 38
  for (const { label, lines } of box.rows) {
    canvas.text(label, x + 10, baseline, { size: row.size, color: ink.soft })
    lines.forEach((line, i) => {
      canvas.line(line, x + box.labelWidth + 10, baseline + i * row.leading, { size: row.size })
    })
    baseline += lines.length * row.leading + 4
  }
}

interface SetProof {
  readonly facts: readonly { label: string; lines: Line[] }[]
  readonly note: readonly Line[]
  readonly side: number
  readonly height: number
}

function setProof(width: number, facts: readonly [string, string][], note: string, hasCode: boolean): SetProof {
  const side = hasCode ? 84 : 0
  const set = (text: string) =>
    breakLines([{ text, isBold: false }], { size: row.size, width: width - (hasCode ? side + 20 : 0) })
  const rows = facts.map(([label, value]) => ({ label, lines: set(value).slice(0, 3) }))
  const lines = set(note)
  const taken = rows.reduce((sum, fact) => sum + 18 + fact.lines.length * 12, 12) + lines.length * 13
  return { facts: rows, note: lines, side, height: Math.max(side + 8, taken) }
}

function drawProof(flow: Flow, canvas: Canvas, proof: SetProof, url: string | undefined): void {
  const { left, width } = flow.frame
  if (url) canvas.qr(url, left + width - proof.side, flow.y + 4, proof.side)
  let y = flow.y + 12
  for (const { label, lines } of proof.facts) {
    canvas.text(label, left, y, { size: row.size, isBold: true, color: ink.soft })
    lines.forEach((line, i) => {
      canvas.line(line, left, y + 13 + i * 12, { size: row.size })
    })
    y += 18 + lines.length * 12
  }
  proof.note.forEach((line, i) => {
    canvas.line(line, left, y + i * 13, { size: row.size, color: ink.soft })
  })
  flow.skip(proof.height)
}

const headHeight = 34

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
  const facts: [string, string][] = [[words.digest, spaced(digest)]]
  if (spec.verifyUrl) facts.push([words.verify, spec.verifyUrl])
  const note = spec.language === 'zh' ? words.signatureNote : `${words.signatureNote} ${words.readingNote}`
  const proof = setProof(flow.frame.width, facts, note, spec.verifyUrl !== undefined)
  flow.need(headHeight + height + 14 + proof.height)
  canvas.addBookmark(words.signatures)
  canvas.text(words.signatures, flow.frame.left, flow.y + 18, { size: 12.5, isBold: true, color: ink.accent })
  flow.skip(headHeight)
  for (let i = 0; i < boxes.length; i += 2) {
    if (i > 0) flow.need(height + 14)
    boxes.slice(i, i + 2).forEach((box, column) => {
      drawBox(canvas, box, flow.frame.left + column * (width + gap), flow.y, width, height)
    })
    flow.skip(height + 14)
  }
  flow.need(proof.height)
  drawProof(flow, canvas, proof, spec.verifyUrl)
}
