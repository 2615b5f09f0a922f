import { createPrivateKey, type KeyObject } from 'node:crypto'
import { begin } from '../../kernel/db/begin.ts'
import type { RawTx } from '../../kernel/db/client.ts'
import { exchangeKey } from '../../kernel/keys.ts'
import { openCheckpoint, signCheckpoint } from '../../kernel/log/checkpoint.ts'
import { emptyRoot, type Hash, leafHash } from '../../kernel/log/merkle.ts'
import { noteSigner, type Verifier } from '../../kernel/log/note.ts'
import { encodeEntries, newBundles, tileWidth } from '../../kernel/log/tile.ts'
import { growTree } from '../../kernel/log/tree.ts'
import type { Machinery } from '../../kernel/task.ts'
import { text } from '../../kernel/text.ts'
import { areFilesSound, deriveTile, entriesFrom, filesBetween, soundReader, Unsound } from './derivation.ts'
import { type LogState, latestCheckpoint, readState, type SignedHead } from './standing.ts'
import type { LogStore, TileFile } from './store.ts'

const lockNumber = 7_241_037
/** Entries of one checkpoint: 2,000 take a fraction of a second, and a failure repeats no more than that. */
const batchSize = 2_000
const filesAtOnce = 64

/** What one integration added: the files are not written yet. */
export interface Batch {
  readonly from: number
  readonly size: number
  readonly files: readonly TileFile[]
}

interface Queued {
  readonly seq: string
  readonly id: string
  readonly leaf: string
}

/** One sequencer at a time, whoever runs it; another one finds it taken and leaves. */
async function isMine(sql: RawTx): Promise<boolean> {
  const [row] = await sql<{ ok: boolean }[]>`select pg_try_advisory_xact_lock(${lockNumber}) as ok`
  return row!.ok
}

async function place(sql: RawTx, from: number, queued: readonly Queued[], hashes: readonly Hash[]): Promise<void> {
  const indexes = queued.map((_, at) => from + at)
  const ids = queued.map(entry => entry.id)
  const hex = hashes.map(each => Buffer.from(each).toString('hex'))
  await sql`
    insert into transparency.leaf (leaf_index, audit_id, hash)
    select n, id::uuid, decode(hash, 'hex')
    from unnest(${indexes}::bigint[], ${ids}::text[], ${hex}::text[]) as placed (n, id, hash)`
  const gone = await sql`delete from kernel.audit_queue where seq = any(${queued.map(e => e.seq)}::bigint[])`
  if (gone.count !== queued.length) throw new Error('entries left the queue while they were integrated')
}

/** The bundles that hold new entries; the first begins with the old entries of a bundle that was not full. */
async function bundlesOf(sql: RawTx, from: number, entries: readonly Buffer[]): Promise<TileFile[]> {
  const start = Math.floor(from / tileWidth) * tileWidth
  const all = [...(from > start ? await entriesFrom(sql, start, from - start) : []), ...entries]
  return [...newBundles(from, from + entries.length)].map(tile => {
    const first = tile.index * tileWidth - start
    return { tile, bytes: encodeEntries(all.slice(first, first + tile.width)) }
  })
}

async function signingKey({ client, kit }: Machinery): Promise<KeyObject> {
  return createPrivateKey((await exchangeKey(client, kit.keyring, 'log')).privatePart)
}

/** Signs a head, and reads the signature as everyone else will before it is kept for ever. */
function sign(key: KeyObject, verifier: Verifier, size: number, root: Hash): string {
  const note = signCheckpoint({ origin: verifier.name, size, root }, noteSigner(verifier.name, key))
  openCheckpoint(note, verifier)
  return note
}

/** The state of the log. @throws Unsound when files and database contradict each other: nothing is signed then. */
async function soundState(sql: RawTx, { kit }: Machinery, store: LogStore): Promise<LogState> {
  const state = await readState(sql, kit, store)
  if (state.standing.kind === 'refused') throw new Unsound(state.standing.reason)
  return state
}

/**
 * Gives queued entries the next indexes and signs the grown tree, all in one commit: a kill before it changes nothing,
 * after it everything can be derived from rows. Answers undefined when there is nothing to do, when another process is
 * at it, or when the files are not up to date (then `publish` comes first).
 * @throws Unsound when the published checkpoint contradicts the database, or neither files nor rows lead to the root
 * that was signed last.
 */
export async function integrate(machinery: Machinery, store: LogStore, limit = batchSize): Promise<Batch | undefined> {
  const key = await signingKey(machinery)
  return begin(machinery.client, '', async sql => {
    if (!(await isMine(sql))) return undefined
    const { verifier, latest, standing } = await soundState(sql, machinery, store)
    if (standing.kind !== 'current') return undefined
    const queued = await sql<Queued[]>`
      select q.seq, e.id, e.leaf from kernel.audit_queue q join kernel.audit_entry e on e.seq = q.seq
      order by q.seq limit ${limit}`
    if (queued.length === 0) return undefined
    const from = standing.size
    const entries = queued.map(entry => Buffer.from(entry.leaf))
    const hashes = entries.map(leafHash)
    const reader = await soundReader(sql, store, latest ?? { size: 0, root: emptyRoot })
    const bundles = await bundlesOf(sql, from, entries)
    const { size, root, tiles } = await growTree(reader, from, hashes)
    await place(sql, from, queued, hashes)
    const note = sign(key, verifier, size, root)
    await sql`
      insert into transparency.checkpoint (size, root, note, signed_at)
      select ${size}, ${Buffer.from(root)}, ${note},
        transaction_timestamp() + c.offset_ms * interval '1 millisecond' from kernel.clock c where c.id = 1`
    return { from, size, files: [...bundles, ...tiles] }
  })
}

async function writeMissing(sql: RawTx, store: LogStore, from: number, size: number): Promise<void> {
  let files: TileFile[] = []
  for (const tile of filesBetween(from, size)) {
    files.push({ tile, bytes: await deriveTile(sql, tile) })
    if (files.length < filesAtOnce) continue
    await store.writeTiles(files)
    files = []
  }
  await store.writeTiles(files)
}

/** Removes partial tiles that full ones have replaced; a little further back, in case a kill came between. */
const tidy = (store: LogStore, from: number, size: number) =>
  store.removePartials(filesBetween(Math.max(0, from - 2 * tileWidth), size))

/**
 * Brings the files up to the latest signed checkpoint: bundles, tiles, all on disk, then the checkpoint. What a killed
 * process left out is derived from rows, so each run mends the one before. Answers the size that is now published;
 * undefined when nothing was to do.
 * @throws Unsound when the files on disk do not lead to the signed root; the checkpoint is not published then.
 */
export async function publish(machinery: Machinery, store: LogStore, batch?: Batch): Promise<number | undefined> {
  return begin(machinery.client, '', async sql => {
    if (!(await isMine(sql))) return undefined
    const { latest, standing } = await soundState(sql, machinery, store)
    if (standing.kind !== 'behind') return undefined
    const { from, size } = standing
    const head = latest as SignedHead
    if (batch?.from === from && batch.size === size) await store.writeTiles(batch.files)
    else await writeMissing(sql, store, from, size)
    if (!(await areFilesSound(store, head))) {
      await writeMissing(sql, store, 0, size)
      if (!(await areFilesSound(store, head)))
        throw new Unsound(text(`前 ${size} 条的瓦片与签署的根散列不符`, `the tiles of ${size} lack the signed root`))
    }
    // Whoever lost the connection lost the lock with it, and must not put an older checkpoint over a newer one.
    await sql`select 1`
    await store.publish(head.note)
    await tidy(store, from, size)
    return size
  })
}

/** One round: mend what is unpublished, integrate a batch, publish it. Answers whether more is waiting. */
export async function sequence(machinery: Machinery, store: LogStore, limit = batchSize): Promise<boolean> {
  const { isWaiting, latest } = await begin(machinery.client, 'read only', async sql => {
    const [queue] = await sql<{ open: boolean }[]>`select exists (select 1 from kernel.audit_queue) as open`
    return { isWaiting: queue!.open, latest: await latestCheckpoint(sql) }
  })
  if ((await store.checkpoint())?.toString() !== latest?.note) await publish(machinery, store)
  if (!isWaiting) return false
  const batch = await integrate(machinery, store, limit)
  if (!batch) return false
  await publish(machinery, store, batch)
  return batch.size - batch.from === limit
}
