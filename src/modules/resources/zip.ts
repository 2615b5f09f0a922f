import { inflateRawSync } from 'node:zlib'

/** A file in an archive, with how many bytes it holds once unpacked. */
export interface Packed {
  readonly name: string
  readonly bytes: number
}

export class Unpackable extends Error {}
export class TooMuchPacked extends Error {}

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const MOST_FILES = 500

function endOf(zip: Buffer): number {
  for (let at = zip.length - END_BYTES; at >= Math.max(0, zip.length - END_BYTES - 0xffff); at--)
    if (zip.readUInt32LE(at) === END) return at
  throw new Unpackable('no end of the archive')
}

/** Unpacks one file and counts: what an archive declares of itself is not believed. */
function unpackedBytes(zip: Buffer, entry: number, left: number): number {
  const [flags, method] = [zip.readUInt16LE(entry + 8), zip.readUInt16LE(entry + 10)]
  if (flags & 1) throw new Unpackable('encrypted')
  const [packed, declared, local] = [
    zip.readUInt32LE(entry + 20),
    zip.readUInt32LE(entry + 24),
    zip.readUInt32LE(entry + 42),
  ]
  if (zip.readUInt32LE(local) !== LOCAL) throw new Unpackable('no file where one is named')
  const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const body = zip.subarray(begin, begin + packed)
  if (body.length !== packed) throw new Unpackable('cut off')
  if (method === 0) return body.length
  if (method !== 8) throw new Unpackable(`method ${method}`)
  if (declared > left) throw new TooMuchPacked()
  try {
    return inflateRawSync(body, { maxOutputLength: left + 1 }).length
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw new TooMuchPacked()
    throw new Unpackable('damaged')
  }
}

/**
 * The files of an archive, each really unpacked once within `mostBytes` in all: before a library unpacks it without a
 * limit. @throws Unpackable for what is no sound archive, TooMuchPacked
 */
export function contentsOf(zip: Buffer, mostBytes: number): Packed[] {
  try {
    const end = endOf(zip)
    const count = zip.readUInt16LE(end + 10)
    if (count > MOST_FILES) throw new TooMuchPacked()
    const files: Packed[] = []
    let left = mostBytes
    let at = zip.readUInt32LE(end + 16)
    for (let i = 0; i < count; i++) {
      if (zip.readUInt32LE(at) !== ENTRY) throw new Unpackable('no directory')
      const [name, extra, comment] = [28, 30, 32].map(place => zip.readUInt16LE(at + place)) as [number, number, number]
      const bytes = unpackedBytes(zip, at, left)
      left -= bytes
      if (left < 0) throw new TooMuchPacked()
      files.push({ name: zip.toString('utf8', at + 46, at + 46 + name), bytes })
      at += 46 + name + extra + comment
    }
    return files
  } catch (error) {
    if (error instanceof RangeError) throw new Unpackable('cut off')
    throw error
  }
}
