/** Encodings in which tables of Chinese institutions come; the platform writes none of GB 18030 itself. */
export const encodings = [
  'utf8',
  'utf8-bom',
  'utf16le',
  'utf16le-bom',
  'utf16be',
  'utf16be-bom',
  'gbk',
  'gb18030',
] as const
export type TestEncoding = (typeof encodings)[number]

/** What the facts of a file name each of them. */
export const encodingName: Readonly<Record<TestEncoding, string>> = {
  utf8: 'UTF-8',
  'utf8-bom': 'UTF-8-BOM',
  utf16le: 'UTF-16LE',
  'utf16le-bom': 'UTF-16LE',
  utf16be: 'UTF-16BE',
  'utf16be-bom': 'UTF-16BE',
  gbk: 'GBK',
  gb18030: 'GB18030',
}

let table: Map<string, Buffer> | undefined

/** Every character of GB 18030 up to U+FFFF with its bytes, found by decoding all sequences. */
function gbTable(): Map<string, Buffer> {
  if (table) return table
  const decoder = new TextDecoder('gb18030')
  const made = new Map<string, Buffer>()
  const add = (...bytes: number[]) => {
    const sequence = Buffer.from(bytes)
    const character = decoder.decode(sequence)
    if ([...character].length === 1 && character !== '\ufffd' && !made.has(character)) made.set(character, sequence)
  }
  for (let one = 0; one < 0x80; one += 1) add(one)
  for (let one = 0x81; one <= 0xfe; one += 1)
    for (let two = 0x40; two <= 0xfe; two += 1) if (two !== 0x7f) add(one, two)
  for (let one = 0x81; one <= 0x84; one += 1)
    for (let two = 0x30; two <= 0x39; two += 1)
      for (let three = 0x81; three <= 0xfe; three += 1)
        for (let four = 0x30; four <= 0x39; four += 1) add(one, two, three, four)
  table = made
  return made
}

/** The bytes of a character in GB 18030; beyond U+FFFF four bytes count on from 90 30 81 30. */
function gbBytes(character: string): Buffer {
  const found = gbTable().get(character)
  if (found) return found
  const place = (character.codePointAt(0) ?? 0) - 0x10000
  return Buffer.from([
    0x90 + Math.floor(place / 12_600),
    0x30 + (Math.floor(place / 1260) % 10),
    0x81 + (Math.floor(place / 10) % 126),
    0x30 + (place % 10),
  ])
}

/** A text in one of the encodings. */
export function encode(content: string, encoding: TestEncoding): Buffer {
  const marked = encoding.endsWith('-bom') ? `\ufeff${content}` : content
  if (encoding.startsWith('utf8')) return Buffer.from(marked)
  if (encoding.startsWith('utf16le')) return Buffer.from(marked, 'utf16le')
  if (encoding.startsWith('utf16be')) return Buffer.from(marked, 'utf16le').swap16()
  return Buffer.concat([...content].map(gbBytes))
}
