import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import {
  type FileStore,
  missing,
  pathIn,
  receiveInto,
  STEP_BYTES,
  type StoredFile,
  shelve,
  soundFile,
  sweepIn,
} from './files.ts'
import { Problem, unavailable } from './problem.ts'
import { text } from './text.ts'

/** Where an S3-compatible store is, and as whom it is spoken to. */
export interface BucketSettings {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Objects above this size are sent in parts of this size, so that a broken connection costs one part. */
const PART_BYTES = 16 * 1024 * 1024
const PARTS_AT_ONCE = 2
const RETRY_AFTER_SECONDS = 15

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode

/** What a failure of the store means: an absent object, or a store that cannot be reached now. */
function asProblem(error: unknown, sha256: string): unknown {
  if (error instanceof Problem) return error
  if (statusOf(error) === 404) return missing(sha256)
  return unavailable(text('文件存储暂时无法访问', 'The file store cannot be reached now'), {
    retryAfter: RETRY_AFTER_SECONDS,
    cause: error,
  })
}

class Bucket {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(settings: BucketSettings) {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = settings
    this.#bucket = bucket
    this.#client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: 3,
      // the digest of every object is its name: checksums that compatible stores may not know add nothing
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
    })
  }

  async write(key: string, body: Readable): Promise<void> {
    await new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: key, Body: body, ContentType: 'application/octet-stream' },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    }).done()
  }

  /** Length in bytes. */
  async size(key: string): Promise<number> {
    const { ContentLength } = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))
    if (ContentLength === undefined) throw new Error(`the store tells no length of ${key}`)
    return ContentLength
  }

  async read(key: string, start?: number, end?: number): Promise<Readable> {
    const range = start === undefined && end === undefined ? undefined : `bytes=${start ?? 0}-${end ?? ''}`
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...(range && { Range: range }) }),
    )
    if (!(Body instanceof Readable)) throw new Error(`the store sent no body for ${key}`)
    return Body
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
  }

  /** Ends uploads in parts that began before an instant and were never finished; returns how many. */
  async abandon(before: Date): Promise<number> {
    let ended = 0
    let more: ListMultipartUploadsCommandInput | undefined = { Bucket: this.#bucket }
    while (more) {
      const found: ListMultipartUploadsCommandOutput = await this.#client.send(new ListMultipartUploadsCommand(more))
      for (const { Key, UploadId, Initiated } of found.Uploads ?? []) {
        if (!Key || !UploadId || !Initiated || Initiated >= before) continue
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }))
        ended += 1
      }
      more = found.IsTruncated
        ? { Bucket: this.#bucket, KeyMarker: found.NextKeyMarker, UploadIdMarker: found.NextUploadIdMarker }
        : undefined
    }
    return ended
  }
}

/** An object's key, sharded like the folders of a local store. @throws Problem not-found for what is no digest */
const keyOf = (sha256: string): string => pathIn('.', sha256)

async function digestOf(source: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of source) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Copies of remote objects on this machine, for programs that need a file; each whole and genuine, or not there. */
class Cache {
  readonly #folder: string
  readonly #bucket: Bucket
  /** downloads on their way, so that two who ask at once wait for one */
  readonly #coming = new Map<string, Promise<string>>()

  constructor(folder: string, bucket: Bucket) {
    this.#folder = folder
    this.#bucket = bucket
  }

  async #found(path: string): Promise<boolean> {
    // the time of the last use, by which the sweep knows what nobody asks for; it decides nothing else
    const seconds = (performance.timeOrigin + performance.now()) / 1000
    return utimes(path, seconds, seconds).then(
      () => true,
      () => false,
    )
  }

  async #fetch(sha256: string, target: string): Promise<string> {
    const temporary = join(this.#folder, 'incoming', randomUUID())
    await mkdir(dirname(temporary), { recursive: true, mode: 0o700 })
    try {
      await pipeline(await this.#bucket.read(keyOf(sha256)), createWriteStream(temporary, { flags: 'wx', mode: 0o400 }))
      if ((await digestOf(createReadStream(temporary))) !== sha256)
        throw new Error(`the store sent other bytes for ${sha256}`)
      await shelve(this.#folder, temporary, sha256)
      return target
    } catch (error) {
      await rm(temporary, { force: true })
      throw asProblem(error, sha256)
    }
  }

  async path(sha256: string): Promise<string> {
    const target = pathIn(this.#folder, sha256)
    if (await this.#found(target)) return target
    const begun = this.#coming.get(sha256)
    if (begun) return begun
    const coming = this.#fetch(sha256, target).finally(() => this.#coming.delete(sha256))
    this.#coming.set(sha256, coming)
    return coming
  }

  async forget(sha256: string): Promise<void> {
    await rm(pathIn(this.#folder, sha256), { force: true })
  }

  async sweep(before: Date): Promise<void> {
    const shelves = await readdir(join(this.#folder, 'objects')).catch(() => [])
    for (const shelf of shelves) await sweepIn(join(this.#folder, 'objects', shelf), before)
  }
}

async function* bytesOf(bucket: Bucket, sha256: string, range: { start?: number; end?: number }) {
  try {
    yield* await bucket.read(keyOf(sha256), range.start, range.end)
  } catch (error) {
    throw asProblem(error, sha256)
  }
}

async function keep(bucket: Bucket, folder: string, temporary: string, { sha256 }: StoredFile): Promise<void> {
  try {
    await bucket.write(keyOf(sha256), createReadStream(temporary, { highWaterMark: STEP_BYTES }))
  } catch (error) {
    throw asProblem(error, sha256)
  }
  // what was just sent is what is read next
  await shelve(folder, temporary, sha256)
}

/**
 * A store whose objects lie in an S3-compatible bucket. `folder` holds what is on its way there, and copies for programs
 * that need a file; losing it loses nothing that was acknowledged. Several processes may share bucket and folder.
 */
export function createBucketStore(settings: BucketSettings, folder: string): FileStore {
  const bucket = new Bucket(settings)
  const cache = new Cache(folder, bucket)
  const size = (sha256: string) =>
    bucket.size(keyOf(sha256)).catch(error => {
      throw asProblem(error, sha256)
    })
  const verify = async (sha256: string) => (await digestOf(Readable.from(bytesOf(bucket, sha256, {})))) === sha256
  return {
    put: (source, { maxBytes }) =>
      receiveInto(folder, source, maxBytes, (temporary, stored) => keep(bucket, folder, temporary, stored)),
    open(sha256, range = {}) {
      keyOf(sha256)
      return Readable.from(bytesOf(bucket, sha256, range), { objectMode: false })
    },
    async has(sha256) {
      try {
        await size(sha256)
        return true
      } catch (error) {
        if (error instanceof Problem && error.type.status === 404) return false
        throw error
      }
    },
    size: async sha256 => size(sha256),
    path: async sha256 => cache.path(sha256),
    verify: async sha256 => verify(sha256),
    async quarantine(sha256, options) {
      await size(sha256)
      if (options?.isHarmful !== true && (await verify(sha256))) throw soundFile()
      const away = `quarantine/${sha256}-${randomUUID()}`
      await bucket.write(away, Readable.from(bytesOf(bucket, sha256, {}), { objectMode: false }))
      await bucket.remove(keyOf(sha256))
      await cache.forget(sha256)
      return away
    },
    async remove(sha256) {
      await bucket.remove(keyOf(sha256)).catch(error => {
        throw asProblem(error, sha256)
      })
      await cache.forget(sha256)
    },
    async sweep(before) {
      await cache.sweep(before)
      return (await sweepIn(join(folder, 'incoming'), before)) + (await bucket.abandon(before))
    },
  }
}
