import { widthOf } from './fonts.ts'

/** A stretch of text in one weight. */
export interface Run {
  readonly text: string
  readonly isBold: boolean
}

/** A stretch of a set line: drawn at `x` (points from the line's start) with `spacing` points between its characters. */
export interface Segment {
  text: string
  readonly isBold: boolean
  readonly x: number
  spacing: number
}

/** One set line; `width` in points is what its ink takes. */
export interface Line {
  readonly segments: readonly Segment[]
  readonly width: number
}

interface Setting {
  /** Points. */
  readonly size: number
  /** Points available to a line. */
  readonly width: number
  readonly isJustified?: boolean
}

interface Atom {
  readonly character: string
  readonly isBold: boolean
  readonly width: number
  readonly kind: 'han' | 'open' | 'close' | 'space' | 'latin'
  /** Inside a digest or key, where a line may end anywhere. */
  readonly isDigest: boolean
}

const opening = new Set('（《〈「『【〔〖“‘')
const closing = new Set('，。、；：？！）》〉」』】〕〗”’')
const neverFirst = new Set('，。、；：？！）》〉」』】〕〗”’—…·％%,.;:?!)]}°℃～')
const neverLast = new Set('（《〈「『【〔〖“‘([{￥¥$')
const units = new Set('元角分年月日号个项条份行字')
const han =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef\u2460-\u24ff\u2500-\u25ff]/u

function kindOf(character: string): Atom['kind'] {
  if (character === ' ' || character === '\u00a0') return 'space'
  if (opening.has(character)) return 'open'
  if (closing.has(character)) return 'close'
  return han.test(character) || character === '—' || character === '…' ? 'han' : 'latin'
}

const atomsOf = (runs: readonly Run[]): Atom[] =>
  runs.flatMap(run =>
    run.text.split(/([0-9A-Za-z+/=]{33,})/).flatMap((part, i) =>
      Array.from(part, character => ({
        character,
        isBold: run.isBold,
        width: widthOf(character.codePointAt(0) ?? 0, run.isBold),
        kind: kindOf(character),
        isDigest: i % 2 === 1,
      })),
    ),
  )

/** White between two neighbours in em: less between adjoining full-width marks, more between Chinese and Latin. */
function gap(before: Atom | undefined, after: Atom): number {
  if (!before) return 0
  if (before.kind === 'close' && (after.kind === 'close' || after.kind === 'open')) return -0.5
  if (before.kind === 'open' && after.kind === 'open') return -0.5
  const isMixed = (before.kind === 'han' && after.kind === 'latin') || (before.kind === 'latin' && after.kind === 'han')
  return isMixed && /[\p{L}\p{N}]/u.test(before.character) && /[\p{L}\p{N}]/u.test(after.character) ? 0.16 : 0
}

/** Whether a line may end between the two: no mark that closes at a line's start, none that opens at its end. */
function mayBreak(before: Atom, after: Atom): boolean {
  if (after.kind === 'space') return false
  if (neverFirst.has(after.character) || neverLast.has(before.character)) return false
  if (before.kind === 'space') return true
  if (/\d/.test(before.character) && units.has(after.character)) return false
  if (before.character === '第' && /\d/.test(after.character)) return false
  if (before.isDigest && after.isDigest) return true
  if (before.kind === 'latin' && after.kind === 'latin')
    return '-/_'.includes(before.character) && /[\p{L}\p{N}]/u.test(after.character)
  return true
}

/** Where the line that starts at `start` ends (exclusive): the last allowed break that fits, else the last character. */
function lineEnd(atoms: readonly Atom[], start: number, limit: number): number {
  let width = 0
  let allowed = -1
  for (let i = start; i < atoms.length; i++) {
    const atom = atoms[i]!
    const before = i > start ? atoms[i - 1] : undefined
    if (before && mayBreak(before, atom)) allowed = i
    width += gap(before, atom) + atom.width
    const hanging = atom.kind === 'close' && atom.width === 1 ? 0.5 : 0
    if (atom.kind !== 'space' && width - hanging > limit && i > start) return allowed > start ? allowed : i
  }
  return atoms.length
}

const isExpandable = (before: Atom, after: Atom, isMostlyLatin: boolean): boolean =>
  isMostlyLatin
    ? before.kind === 'space' && after.kind !== 'space'
    : before.kind !== 'space' && after.kind !== 'space' && !(before.kind === 'latin' && after.kind === 'latin')

/** Sets the atoms of one line; `slack` em are spread over the places where a line may grow. */
function setLine(atoms: readonly Atom[], size: number, slack: number): Line {
  const isMostlyLatin = atoms.filter(a => a.kind === 'latin' || a.kind === 'space').length > atoms.length * 0.7
  const places = atoms.filter((atom, i) => i > 0 && isExpandable(atoms[i - 1]!, atom, isMostlyLatin)).length
  const share = places > 0 ? slack / places : 0
  const extra = share > 0 && share <= (isMostlyLatin ? 0.7 : 0.3) ? share : 0
  const segments: Segment[] = []
  let x = atoms[0]?.kind === 'open' && atoms[0].width === 1 ? -0.5 : 0
  atoms.forEach((atom, i) => {
    const before = atoms[i - 1]
    const white = gap(before, atom)
    const grown = before && isExpandable(before, atom, isMostlyLatin) ? extra : 0
    x += white + grown
    const last = segments.at(-1)
    const isSame = before && last && white === 0 && before.isBold === atom.isBold
    const isLatin = atom.kind === 'latin' || atom.kind === 'space'
    const wasLatin = before?.kind === 'latin' || before?.kind === 'space'
    if (isSame && isLatin === wasLatin && (!isLatin || grown === 0)) {
      last.text += atom.character
      if (!isLatin && !isMostlyLatin) last.spacing = extra * size
    } else segments.push({ text: atom.character, isBold: atom.isBold, x: x * size, spacing: 0 })
    x += atom.width
  })
  const tail = atoms.at(-1)
  const trimmed = tail?.kind === 'close' && tail.width === 1 ? 0.5 : 0
  return { segments, width: (x - trimmed) * size }
}

const naturalWidth = (atoms: readonly Atom[]): number =>
  atoms.reduce((sum, atom, i) => sum + gap(atoms[i - 1], atom) + atom.width, 0)

/** Breaks runs into lines by the Chinese rules for line starts and ends; a word longer than a line is cut. Always at least one line. */
export function breakLines(runs: readonly Run[], setting: Setting): Line[] {
  const atoms = atomsOf(runs)
  const limit = setting.width / setting.size
  const lines: Line[] = []
  for (let start = 0; start < atoms.length; ) {
    while (start < atoms.length && lines.length > 0 && atoms[start]!.kind === 'space') start++
    const end = lineEnd(atoms, start, limit + (atoms[start]?.kind === 'open' ? 0.5 : 0))
    let stop = end
    while (stop > start && atoms[stop - 1]!.kind === 'space') stop--
    const line = atoms.slice(start, stop)
    const tail = line.at(-1)
    const ink =
      naturalWidth(line) - (tail?.kind === 'close' && tail.width === 1 ? 0.5 : 0) - (line[0]?.kind === 'open' ? 0.5 : 0)
    const isLast = end >= atoms.length
    lines.push(setLine(line, setting.size, setting.isJustified && !isLast ? Math.max(0, limit - ink) : 0))
    start = Math.max(end, start + 1)
  }
  return lines.length > 0 ? lines : [{ segments: [], width: 0 }]
}

/** The width in points of text set on one line. */
export const measure = (runs: readonly Run[], size: number): number => naturalWidth(atomsOf(runs)) * size

/** The widest stretch that cannot be broken, in points: the least width a column needs to stay readable. */
export function longestWord(runs: readonly Run[], size: number): number {
  const atoms = atomsOf(runs)
  let longest = 0
  let width = 0
  atoms.forEach((atom, i) => {
    if (i > 0 && mayBreak(atoms[i - 1]!, atom)) width = 0
    width += atom.width
    longest = Math.max(longest, atom.kind === 'space' ? 0 : width)
  })
  return longest * size
}
