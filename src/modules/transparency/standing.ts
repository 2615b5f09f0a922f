import { createPublicKey } from 'node:crypto'
import type { RawTx } from '../../kernel/db/client.ts'
import type { Kit } from '../../kernel/kit.ts'
import { openCheckpoint, parseCheckpoint } from '../../kernel/log/checkpoint.ts'
import { LogError } from '../../kernel/log/encoding.ts'
import { formatVkey, parseNote, parseVkey, type Verifier } from '../../kernel/log/note.ts'
import { text } from '../../kernel/text.ts'
import { type Head, originOf, type Standing, standingOf, unreadable, unsound } from './model.ts'
import type { LogStore } from './store.ts'

/** A checkpoint that was signed, as its row keeps it. */
export interface SignedHead extends Head {
  readonly note: string
}

/** Where the log stands: what was signed, what is published, and whether they agree. */
export interface LogState {
  readonly origin: string
  readonly verifier: Verifier
  readonly latest: SignedHead | undefined
  readonly published: SignedHead | undefined
  readonly standing: Standing
}

interface Row {
  readonly size: string
  readonly root: Buffer
  readonly note: string
}

const toHead = (row: Row | undefined): SignedHead | undefined => row && { ...row, size: Number(row.size) }

/** The latest signed checkpoint. */
export async function latestCheckpoint(sql: RawTx): Promise<SignedHead | undefined> {
  const [row] = await sql<Row[]>`select size, root, note from transparency.checkpoint order by size desc limit 1`
  return toHead(row)
}

async function checkpointAt(sql: RawTx, size: number): Promise<SignedHead | undefined> {
  const [row] = await sql<Row[]>`select size, root, note from transparency.checkpoint where size = ${size}`
  return toHead(row)
}

/**
 * The log's name and public key. The name is that of its first checkpoint for ever: an exchange that moves to another
 * address keeps its log. Before the first checkpoint it follows from the public address.
 */
export async function logVerifier(
  sql: RawTx,
  kit: Pick<Kit, 'settings'>,
  latest: SignedHead | undefined,
): Promise<Verifier> {
  const [key] = await sql<{ public_part: string }[]>`
    select public_part from kernel.exchange_key where name = 'log'`
  if (!key) throw new Error('the key of the log is missing in this database')
  const origin = latest ? parseCheckpoint(parseNote(latest.note).text).origin : originOf(kit.settings.publicUrl)
  return parseVkey(formatVkey(origin, createPublicKey(key.public_part)))
}

function open(note: Buffer | string, verifier: Verifier): SignedHead {
  const { size, root } = openCheckpoint(note, verifier)
  return { size, root, note: note.toString() }
}

/** The published checkpoint, verified. @throws LogError when it is not signed by this log. */
export async function publishedCheckpoint(store: LogStore, verifier: Verifier): Promise<SignedHead | undefined> {
  const note = await store.checkpoint()
  return note && open(note, verifier)
}

/** Reads both sides and compares them; contradictions become a standing, never an exception. */
export async function readState(sql: RawTx, kit: Kit, store: LogStore): Promise<LogState> {
  // The file first: a checkpoint that is published in between is in the database already, never the other way round.
  const file = await store.checkpoint()
  const latest = await latestCheckpoint(sql)
  const verifier = await logVerifier(sql, kit, latest)
  const state = { origin: verifier.name, verifier, latest, published: undefined }
  if (latest) {
    try {
      const signed = open(latest.note, verifier)
      if (signed.size !== latest.size || Buffer.compare(signed.root, latest.root) !== 0)
        throw new LogError(text('检查点与其签名文本不符', 'a checkpoint differs from its signed text'))
    } catch (error) {
      if (error instanceof LogError) return { ...state, standing: unsound(error.detail) }
      throw error
    }
  }
  try {
    const published = file && open(file, verifier)
    const same = published && (await checkpointAt(sql, published.size))
    return { ...state, published, standing: standingOf(published, latest, same) }
  } catch (error) {
    if (error instanceof LogError) return { ...state, standing: unreadable(error.detail) }
    throw error
  }
}
