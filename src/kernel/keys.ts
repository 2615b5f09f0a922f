import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Client } from './db/client.ts'
import { StartupError } from './startup.ts'

/** Seals and opens secrets with the master key (AES-256-GCM); `label` binds a sealed secret to its place. */
export interface Keyring {
  seal(secret: Buffer, label: string): Buffer
  open(sealed: Buffer, label: string): Buffer
}

/** A keyring over a 32-byte master key. Sealed form: 12 bytes nonce ‖ 16 bytes tag ‖ ciphertext. */
export function createKeyring(master: Buffer): Keyring {
  if (master.length !== 32) throw new Error('the master key must have 32 bytes')
  return {
    seal(secret, label) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(Buffer.from(label))
      const body = Buffer.concat([cipher.update(secret), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    open(sealed, label) {
      const decipher = createDecipheriv('aes-256-gcm', master, sealed.subarray(0, 12))
        .setAAD(Buffer.from(label))
        .setAuthTag(sealed.subarray(12, 28))
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
    },
  }
}

/** Reads the master key file, or makes it (0600) when it is not there; two processes at once end with one key. */
export async function readMasterKey(file: string): Promise<Buffer> {
  const read = async () => {
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64')
    if (key.length !== 32)
      throw new StartupError(`The file ${file} holds no master key (32 bytes in base64): restore it.`)
    return key
  }
  try {
    return await read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  await chmod(draft, 0o600)
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  return read()
}

export interface KeyPair {
  /** the public part, as its owner encoded it (PEM for Ed25519 pairs) */
  readonly publicPart: string
  readonly privatePart: Buffer
}

/** A new Ed25519 pair: SPKI PEM and PKCS#8 PEM. */
export function newEd25519Pair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicPart: publicKey, privatePart: Buffer.from(privateKey) }
}

/**
 * The exchange's key of that name, made on first use; several starting processes end with the same one.
 * @throws StartupError when the stored key was sealed with another master key.
 */
export async function exchangeKey(
  client: Client,
  keyring: Keyring,
  name: string,
  make: () => KeyPair | Promise<KeyPair> = newEd25519Pair,
): Promise<KeyPair> {
  const stored = () =>
    client<{ public_part: string; sealed_part: Buffer }[]>`
      select public_part, sealed_part from kernel.exchange_key where name = ${name}`
  let [row] = await stored()
  if (!row) {
    const pair = await make()
    await client`insert into kernel.exchange_key (name, public_part, sealed_part, created_at)
      values (${name}, ${pair.publicPart}, ${keyring.seal(pair.privatePart, `exchange-key/${name}`)}, now())
      on conflict (name) do nothing`
    ;[row] = await stored()
  }
  try {
    return { publicPart: row!.public_part, privatePart: keyring.open(row!.sealed_part, `exchange-key/${name}`) }
  } catch (cause) {
    throw new StartupError(
      `The key “${name}” of this database was sealed with another master key: name its file with JINSHU_MASTER_KEY_FILE.`,
      { cause },
    )
  }
}
