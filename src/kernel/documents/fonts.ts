import { readFileSync } from 'node:fs'
import { create, type Font } from 'fontkit'
import { defineProblem, type FieldError, type Problem } from '../problem.ts'
import { text } from '../text.ts'

/** The two weights every document is set in, parsed once: a kept font renders three times faster than a path. */
export interface Fonts {
  readonly regular: Font
  readonly bold: Font
}

export const missingGlyph = defineProblem(
  'missing-glyph',
  422,
  text('文书字体不含某个字符', 'The document font lacks a character'),
  text(
    '用通用规范汉字或其他常用字符代替该字符；字符属于机构法定名称的，请联系运营机构。',
    'Use another character; where it belongs to the legal name of an organisation, contact the operator.',
  ),
)
export const forbiddenCharacter = defineProblem(
  'forbidden-character',
  422,
  text('文书中不允许出现控制字符', 'Control characters are not allowed in a document'),
  text('删除该不可见字符后重新提交。', 'Delete the invisible character and submit again.'),
)

const folder = new URL('../../../templates/fonts/', import.meta.url)
const files = { regular: 'NotoSansSC_400Regular.ttf', bold: 'NotoSansSC_700Bold.ttf' } as const
const kept: { regular?: Font; bold?: Font } = {}

/** One parsed font; the first call reads its file (about 10 MB), later ones cost nothing. */
function fontOf(weight: keyof Fonts): Font {
  kept[weight] ??= create(readFileSync(new URL(files[weight], folder)))
  return kept[weight]
}

/** Both parsed fonts. */
export const loadFonts = (): Fonts => ({ regular: fontOf('regular'), bold: fontOf('bold') })

const widths = { regular: new Map<number, number>(), bold: new Map<number, number>() }

/** The width of one character in em. The dash is measured as the font sets a pair of them, by a ligature. */
export function widthOf(codePoint: number, isBold: boolean): number {
  const weight = isBold ? 'bold' : 'regular'
  let width = widths[weight].get(codePoint)
  if (width === undefined) {
    const font = fontOf(weight)
    width =
      codePoint === 0x2014
        ? font.layout('——').advanceWidth / font.unitsPerEm / 2
        : font.glyphForCodePoint(codePoint).advanceWidth / font.unitsPerEm
    widths[weight].set(codePoint, width)
  }
  return width
}

/**
 * Controls, bidirectional overrides, zero-width characters, line separators and unpaired surrogates: they make a
 * reader see another text than the one that is signed.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** The first character of `value` that a document must not carry, or undefined. Line feeds are allowed. */
export function findUnprintable(
  value: string,
): { character: string; codePoint: number; why: 'forbidden' | 'missing' } | undefined {
  const font = fontOf('regular')
  for (const character of value) {
    const codePoint = character.codePointAt(0) ?? 0
    if (character === '\n') continue
    if (invisible.test(character)) return { character, codePoint, why: 'forbidden' }
    if (!font.hasGlyphForCodePoint(codePoint)) return { character, codePoint, why: 'missing' }
  }
  return undefined
}

const nameOf = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`

/** One sentence about an unprintable character of `value`, or undefined when all of it can be printed. */
export function unprintableMessage(value: string) {
  const found = findUnprintable(value)
  if (!found) return undefined
  const code = nameOf(found.codePoint)
  const message =
    found.why === 'missing'
      ? text(
          `文书字体不含字符“${found.character}”（${code}）`,
          `the document font lacks “${found.character}” (${code})`,
        )
      : text(`含有不允许的不可见字符 ${code}`, `contains the invisible character ${code}, which is not allowed`)
  return { ...found, message }
}

/** Refuses a text that cannot be printed as it stands. `where` names the place for a person. @throws missing-glyph, forbidden-character (422) */
export function assertPrintable(value: string, where: string): void {
  const found = unprintableMessage(value)
  if (found) throw unprintableProblem(found.why, found.message, where, value, found.character)
}

function unprintableProblem(
  why: 'forbidden' | 'missing',
  message: { zh: string; en: string },
  where: string,
  value: string,
  character: string,
): Problem {
  const at = value.indexOf(character)
  const near = value
    .slice(Math.max(0, at - 12), at + character.length + 12)
    .replace(new RegExp(invisible.source, 'gu'), '·')
  const make = why === 'missing' ? missingGlyph : forbiddenCharacter
  return make(text(`${where}：${message.zh}，位于“${near}”。`, `${where}: ${message.en}, near “${near}”.`))
}

/** Every string inside `value` that cannot be printed, as errors that point at it (JSON pointer below `pointer`). */
export function printableErrors(value: unknown, pointer = ''): FieldError[] {
  if (typeof value === 'string') {
    const found = unprintableMessage(value.replace(/[\r\n\t]/g, ' '))
    if (!found) return []
    const remedy = (found.why === 'missing' ? missingGlyph : forbiddenCharacter).type.remedy
    return [{ pointer, message: found.message, remedy }]
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return []
  return Object.entries(value).flatMap(([key, member]) =>
    printableErrors(member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}
