import { createHash, type Hash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { conflict, defineProblem, notFound, Problem, payloadTooLarge, unavailable } from './problem.ts'
import { text } from './text.ts'

/** What one reading or writing step moves: larger gains nothing, smaller costs system calls. */
export const STEP_BYTES = 512 * 1024
const RETRY_AFTER_FULL_SECONDS = 60

/** The sender stopped, or the connection broke, before the last byte. */
export const uploadInterrupted = defineProblem(
  'upload-interrupted',
  400,
  text('上传中断', 'The upload was interrupted'),
  text('没有保存任何内容，请重新上传该文件。', 'Nothing was kept; upload the file again.'),
)

/** The address of a stored object: SHA-256 of its bytes in lower-case hexadecimal, and its length. */
export interface StoredFile {
  readonly sha256: string
  readonly bytes: number
}

/** An immutable, content-addressed store: one object per digest, whole or not there. */
export interface FileStore {
  /**
   * Streams `source` to disk and returns its address; the same content twice is one object.
   * Returns after file and folder are on disk, so an acknowledged object survives a power cut.
   * @throws Problem payload-too-large beyond `maxBytes`, upload-interrupted when the source fails, unavailable when
   * the disk is full. Nothing stays in any of these cases. The source is never destroyed, so the caller can answer.
   */
  put(source: Readable, limits: { readonly maxBytes: number }): Promise<StoredFile>
  /** Reads an object, or its bytes `start`..`end` (both inclusive, as in HTTP ranges). */
  open(sha256: string, range?: { readonly start?: number; readonly end?: number }): Readable
  has(sha256: string): Promise<boolean>
  /** Length in bytes. @throws Problem not-found. */
  size(sha256: string): Promise<number>
  /**
   * Where the object's bytes lie as a file of this machine, for programs that need a file name; not to be written to.
   * A remote object is fetched first. @throws Problem not-found.
   */
  path(sha256: string): Promise<string>
  /** Reads the object again and says whether its bytes still have this digest. @throws Problem not-found. */
  verify(sha256: string): Promise<boolean>
  /**
   * Takes a damaged object out of service, or a sound one that does harm, and keeps it for examination; returns where
   * it lies now. @throws Problem not-found, conflict for a sound object of which no harm is said.
   */
  quarantine(sha256: string, options?: { readonly isHarmful?: boolean }): Promise<string>
  /** Removes an object; none there is no error. Whether something still refers to it is the caller's to know. */
  remove(sha256: string): Promise<void>
  /** Removes what uploads left that were killed before `before`; returns how many. */
  sweep(before: Date): Promise<number>
}

/** Puts a folder's own entries on disk: a file in it is only kept once this returns. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const codeOf = (error: unknown): string | undefined => (error as { code?: string } | null)?.code

const tooLarge = (maxBytes: number) => {
  const mebibytes = (maxBytes / 1048576).toFixed(1)
  return payloadTooLarge(
    text(
      `文件超过上限 ${maxBytes} 字节（${mebibytes} MiB）`,
      `The file is larger than ${maxBytes} bytes (${mebibytes} MiB)`,
    ),
  )
}

const diskFull = (cause: unknown) =>
  unavailable(text('存储空间不足，文件未保存', 'The storage is full; the file was not kept'), {
    retryAfter: RETRY_AFTER_FULL_SECONDS,
    cause,
  })

/** A failure of the source, told apart from a failure of the disk. */
class SourceFailure extends Error {}

async function* chunksOf(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer)
    }
  } catch (cause) {
    throw new SourceFailure('the source failed', { cause })
  }
}

/** Writes all of `source` to `handle`, hashing on the way; returns the number of bytes. */
async function copy(source: Readable, handle: FileHandle, hash: Hash, maxBytes: number): Promise<number> {
  let bytes = 0
  let waiting: Buffer[] = []
  let waitingBytes = 0
  const flush = async () => {
    // A write may take less than it was given; writeFile repeats, from the present position, until all is written.
    await handle.writeFile(waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting))
    waiting = []
    waitingBytes = 0
  }
  for await (const chunk of chunksOf(source)) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    hash.update(chunk)
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes >= STEP_BYTES) await flush()
  }
  // A multipart parser with a limit of its own ends the stream early and only leaves this mark.
  if ((source as { truncated?: boolean }).truncated) throw tooLarge(maxBytes)
  if (waitingBytes > 0) await flush()
  return bytes
}

function asProblem(error: unknown, maxBytes: number): unknown {
  const cause = error instanceof SourceFailure ? error.cause : error
  if (cause instanceof Problem) return cause
  if (codeOf(cause) === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(maxBytes)
  if (error instanceof SourceFailure) return uploadInterrupted(undefined, { cause })
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(cause) ?? '')) return diskFull(cause)
  return cause
}

/** @internal what every store answers for a digest that it does not have */
export const missing = (sha256: string) =>
  notFound(text(`没有内容为 ${sha256} 的文件`, `There is no stored file with digest ${sha256}`))

/** Where an object lies below the folder of a store. @throws Problem not-found for what is no digest */
export const pathIn = (folder: string, sha256: string): string => {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw missing(sha256.slice(0, 80))
  return join(folder, 'objects', sha256.slice(0, 2), sha256)
}

async function statOf(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw missing(basename(path))
    throw error
  }
}

/** Puts a whole file at its place below `folder`, on disk when this returns. */
export async function shelve(folder: string, temporary: string, sha256: string): Promise<void> {
  const target = pathIn(folder, sha256)
  const shelf = dirname(target)
  await mkdir(shelf, { recursive: true, mode: 0o700 })
  // Also over an object that is there: the bytes are the same, and if they were damaged this mends them.
  await rename(temporary, target)
  // Both levels each time: another process may have made the shelf and not yet have synced it.
  await syncFolder(shelf)
  await syncFolder(dirname(shelf))
}

/**
 * Writes all of `source` to a file of its own below `folder`, then lets `keep` put it where it belongs; the file is gone
 * afterwards, whatever happened. @throws as FileStore.put
 */
export async function receiveInto(
  folder: string,
  source: Readable,
  maxBytes: number,
  keep: (temporary: string, stored: StoredFile) => Promise<void>,
): Promise<StoredFile> {
  // A source may fail before it is first read or after it was given up: neither may end the process.
  source.on('error', () => {})
  if (source.destroyed) throw uploadInterrupted()
  const temporary = join(folder, 'incoming', randomUUID())
  let handle: FileHandle | undefined
  try {
    await mkdir(dirname(temporary), { recursive: true, mode: 0o700 })
    handle = await open(temporary, 'wx', 0o400)
    const hash = createHash('sha256')
    const bytes = await copy(source, handle, hash, maxBytes)
    await handle.sync()
    await handle.close()
    handle = undefined
    const stored = { sha256: hash.digest('hex'), bytes }
    await keep(temporary, stored)
    return stored
  } catch (error) {
    await handle?.close().catch(() => {})
    await rm(temporary, { force: true })
    // The rest of a refused upload keeps flowing, so that the sender reads the answer instead of a broken pipe.
    if (!source.destroyed) source.resume()
    throw asProblem(error, maxBytes)
  }
}

async function verifyAt(path: string): Promise<boolean> {
  await statOf(path)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: STEP_BYTES })) hash.update(chunk)
  return hash.digest('hex') === basename(path)
}

/** @internal refuses to take a sound object out of service */
export const soundFile = () => conflict(text('文件完好，不能隔离', 'The file is sound and is not quarantined'))

async function quarantineAt(path: string, folder: string, isHarmful: boolean): Promise<string> {
  await statOf(path)
  if (!isHarmful && (await verifyAt(path))) throw soundFile()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, `${basename(path)}-${randomUUID()}`)
  await rename(path, target)
  await syncFolder(folder)
  await syncFolder(dirname(path))
  return target
}

async function removeAt(path: string): Promise<void> {
  await rm(path, { force: true })
  await syncFolder(dirname(path)).catch(error => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
}

/** Removes the files of a folder that were last written before an instant; returns how many. */
export async function sweepIn(folder: string, before: Date): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (!found || found.mtime >= before) continue
    await rm(join(folder, name), { force: true })
    removed += 1
  }
  return removed
}

/** Opens (and makes, on the first write) a store below `folder`, which several processes may share. */
export function createFileStore(folder: string): FileStore {
  const path = (sha256: string) => pathIn(folder, sha256)
  return {
    put: (source, { maxBytes }) =>
      receiveInto(folder, source, maxBytes, (temporary, { sha256 }) => shelve(folder, temporary, sha256)),
    open: (sha256, range = {}) => createReadStream(path(sha256), { ...range, highWaterMark: STEP_BYTES }),
    has: async sha256 => {
      try {
        return (await statOf(path(sha256))).isFile()
      } catch (error) {
        if (error instanceof Problem) return false
        throw error
      }
    },
    size: async sha256 => (await statOf(path(sha256))).size,
    path: async sha256 => {
      await statOf(path(sha256))
      return path(sha256)
    },
    verify: async sha256 => verifyAt(path(sha256)),
    quarantine: async (sha256, options) =>
      quarantineAt(path(sha256), join(folder, 'quarantine'), options?.isHarmful === true),
    remove: async sha256 => removeAt(path(sha256)),
    sweep: before => sweepIn(join(folder, 'incoming'), before),
  }
}
