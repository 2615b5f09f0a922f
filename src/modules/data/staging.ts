import { createHash, timingSafeEqual } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Configstore, FileStore } from '@tus/file-store'

/** Algorithms of the checksum extension. */
export const checksumAlgorithms = ['sha256', 'sha1'] as const

export interface Checksum {
  readonly algorithm: (typeof checksumAlgorithms)[number]
  readonly digest: Buffer
}

const lengthOf = { sha256: 32, sha1: 20 }

/** `Upload-Checksum: sha256 <base64>`; undefined when it is none of ours. */
export function parseChecksum(header: string): Checksum | undefined {
  const [name = '', encoded = '', more] = header.split(' ')
  const algorithm = checksumAlgorithms.find(each => each === name)
  const digest = Buffer.from(encoded, 'base64')
  if (!algorithm || more !== undefined || digest.length !== lengthOf[algorithm]) return undefined
  return { algorithm, digest }
}

/** The refusal of bytes that are not what their checksum says (tus 1.0, checksum extension). */
const mismatch = { status_code: 460, body: 'Checksum Mismatch\n' }

/**
 * Uploads on their way, as files of a folder. Bytes with a checksum are first written beside the upload and joined to it
 * once they are what it says: a process that is killed in between leaves none that nobody verified.
 */
export class StagingStore extends FileStore {
  readonly #checksumOf: () => Checksum | undefined

  constructor(directory: string, configstore: Configstore, checksumOf: () => Checksum | undefined) {
    super({ directory, configstore })
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration', 'checksum']
    this.#checksumOf = checksumOf
  }

  pathOf(id: string): string {
    return join(this.directory, id)
  }

  async #sync(id: string): Promise<void> {
    const handle = await open(this.pathOf(id), 'r+')
    try {
      // what is acknowledged survives a power cut
      await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    const checksum = this.#checksumOf()
    const next = checksum
      ? await this.#verified(readable, id, offset, checksum)
      : await super.write(readable, id, offset)
    await this.#sync(id)
    return next
  }

  async #verified(readable: Readable, id: string, offset: number, { algorithm, digest }: Checksum): Promise<number> {
    const beside = `${this.pathOf(id)}.unverified`
    const hash = createHash(algorithm)
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    try {
      await pipeline(readable, hashing, createWriteStream(beside, { mode: 0o600 }))
      if (!timingSafeEqual(hash.digest(), digest)) throw mismatch
      return await super.write(createReadStream(beside), id, offset)
    } finally {
      await rm(beside, { force: true })
    }
  }

  /** How many bytes of an upload have arrived; 0 for one that is not there. */
  async received(id: string): Promise<number> {
    return stat(this.pathOf(id)).then(
      found => found.size,
      () => 0,
    )
  }

  /** Removes an upload's bytes; none there is no error. */
  async discard(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true })
    await rm(`${this.pathOf(id)}.unverified`, { force: true })
  }
}
