import { and, asc, desc, eq, gt, inArray } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { leafHash, verifyInclusion } from '../../kernel/log/merkle.ts'
import { formatProof } from '../../kernel/log/proof.ts'
import { levelSize, type Tile, tileWidth } from '../../kernel/log/tile.ts'
import { treeInclusionProof } from '../../kernel/log/tree.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { defineProblem, notFound, unavailable } from '../../kernel/problem.ts'
import { auditEntry } from '../../kernel/schema.ts'
import { text } from '../../kernel/text.ts'
import { deriveTile, soundReader, Unsound } from './derivation.ts'
import { type EntryRow, mayReadRecord } from './model.ts'
import { leaf } from './schema.ts'
import { latestCheckpoint, logVerifier, publishedCheckpoint, type SignedHead } from './standing.ts'
import { type LogStore, openLogStore } from './store.ts'

/** The entry is kept, but its checkpoint is not published yet. */
export const notIntegrated = defineProblem(
  'not-integrated',
  409,
  text('尚未进入日志', 'Not in the log yet'),
  text('条目通常在一秒内进入日志，请稍后再试。', 'Entries enter the log within a second or so; try again.'),
)

/** An audit entry with its place in the log. */
export interface Entry extends Omit<EntryRow, 'record' | 'salt'> {
  /** lower-case hex */
  readonly leafHash: string
  /** null until a checkpoint that covers it is published */
  readonly index: number | null
  /** Canonical JSON of what was decided, and the salt in hex: null for those who may not read it. */
  readonly record: string | null
  readonly salt: string | null
}

/** Where an entry stands in the published log. */
export interface Place {
  readonly auditId: string
  readonly index: number
  /** lower-case hex */
  readonly leafHash: string
}

const storeOf = (rx: Rx): LogStore => openLogStore(rx.kit.settings.home)

/** The published checkpoint, verified; undefined before the first. */
async function published(rx: Rx, store: LogStore): Promise<SignedHead | undefined> {
  const note = await store.checkpoint()
  if (!note) return undefined
  return publishedCheckpoint(store, await logVerifier(rx.sql, rx.kit, await latestCheckpoint(rx.sql)))
}

/** The verifier key of the log, as outsiders pin it. */
export const vkeyOf = async (rx: Rx): Promise<string> =>
  (await logVerifier(rx.sql, rx.kit, await latestCheckpoint(rx.sql))).vkey

/** The number of entries under the published checkpoint. */
export async function publishedSize(rx: Rx): Promise<number> {
  return (await published(rx, storeOf(rx)))?.size ?? 0
}

const columns = { row: auditEntry, index: leaf.leafIndex }

function toView(rx: Rx, size: number, { row, index }: { row: EntryRow; index: number | null }): Entry {
  const isOpen = mayReadRecord(rx.actor, row)
  return {
    ...row,
    leafHash: leafHash(Buffer.from(row.leaf)).toString('hex'),
    index: index !== null && index < size ? index : null,
    record: isOpen ? row.record : null,
    salt: isOpen ? row.salt.toString('hex') : null,
  }
}

const select = (rx: Rx) => rx.tx.select(columns).from(auditEntry).leftJoin(leaf, eq(leaf.auditId, auditEntry.id))

const isAbout = (kind: string, id: string) => and(eq(auditEntry.subjectKind, kind), eq(auditEntry.subjectId, id))

/** Everything that happened to an object, in order; the records as far as the actor may read them. At most 1,000. */
export async function entriesOf(rx: Rx, kind: string, id: string): Promise<Entry[]> {
  const size = await publishedSize(rx)
  const found = await select(rx).where(isAbout(kind, id)).orderBy(asc(auditEntry.seq)).limit(1_000)
  return found.map(each => toView(rx, size, each))
}

/** A page of an object's timeline, oldest first. `subject` is `kind/id`. */
export async function listAuditEntries(rx: Rx, query: { subject: string; limit?: number; after?: string }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)
  const cut = query.subject.indexOf('/')
  const size = await publishedSize(rx)
  const found = await select(rx)
    .where(
      and(
        isAbout(query.subject.slice(0, cut), query.subject.slice(cut + 1)),
        after && gt(auditEntry.seq, Number(after[0])),
      ),
    )
    .orderBy(asc(auditEntry.seq))
    .limit(limit + 1)
  return toPage(
    found,
    limit,
    ({ row }) => [row.seq],
    each => toView(rx, size, each),
  )
}

/** One entry. @throws not-found */
export async function auditEntryOf(rx: Rx, id: string): Promise<Entry> {
  const [found] = await select(rx).where(eq(auditEntry.id, id))
  if (!found) throw notFound()
  return toView(rx, await publishedSize(rx), found)
}

/** Whether a published checkpoint covers the entry. */
export async function isIntegrated(rx: Rx, auditId: string): Promise<boolean> {
  const [found] = await rx.tx.select({ index: leaf.leafIndex }).from(leaf).where(eq(leaf.auditId, auditId))
  return found !== undefined && found.index < (await publishedSize(rx))
}

/**
 * The places of the latest entries of an action on several objects of one kind, by the objects' ids; those that are
 * not published yet are absent. What a timer asks before it issues a document that prints its place.
 */
export async function integratedEntries(
  rx: Rx,
  action: string,
  subjectKind: string,
  subjectIds: readonly string[],
): Promise<Map<string, Place>> {
  if (subjectIds.length === 0) return new Map()
  const size = await publishedSize(rx)
  const found = await rx.tx
    .selectDistinctOn([auditEntry.subjectId], {
      subjectId: auditEntry.subjectId,
      auditId: auditEntry.id,
      index: leaf.leafIndex,
      hash: leaf.hash,
    })
    .from(auditEntry)
    .leftJoin(leaf, eq(leaf.auditId, auditEntry.id))
    .where(
      and(
        eq(auditEntry.subjectKind, subjectKind),
        inArray(auditEntry.subjectId, [...subjectIds]),
        eq(auditEntry.action, action),
      ),
    )
    .orderBy(asc(auditEntry.subjectId), desc(auditEntry.seq))
  return new Map(
    found.flatMap(({ subjectId, auditId, index, hash }) =>
      index !== null && hash !== null && index < size
        ? [[subjectId, { auditId, index, leafHash: hash.toString('hex') }] as const]
        : [],
    ),
  )
}

/** The place of the latest entry of an action on an object; undefined until it is published. */
export async function integratedEntry(
  rx: Rx,
  of: { readonly action: string; readonly subjectKind: string; readonly subjectId: string },
): Promise<Place | undefined> {
  return (await integratedEntries(rx, of.action, of.subjectKind, [of.subjectId])).get(of.subjectId)
}

/** An entry whose record is given to everyone, so that its commitment can be opened by whoever checks it. */
export interface OpenedEntry {
  readonly auditId: string
  readonly index: number
  /** canonical JSON of what was decided */
  readonly record: string
  /** hex; `c` in the entry is SHA-256(salt ‖ record) */
  readonly salt: string
}

/**
 * The latest entry of an action on an object with its record, whoever asks: only for actions whose record holds nothing
 * but what the document it speaks of says in public. Undefined until it is published.
 */
export async function openedEntry(
  rx: Rx,
  of: { readonly action: string; readonly subjectKind: string; readonly subjectId: string },
): Promise<OpenedEntry | undefined> {
  const [found] = await select(rx)
    .where(and(isAbout(of.subjectKind, of.subjectId), eq(auditEntry.action, of.action)))
    .orderBy(desc(auditEntry.seq))
    .limit(1)
  if (!found || found.index === null || found.index >= (await publishedSize(rx))) return undefined
  const { row, index } = found
  return { auditId: row.id, index, record: row.record, salt: row.salt.toString('hex') }
}

/** An inclusion proof under a head that verifies; tiles on disk that lie are passed over for rows. */
async function soundProof(rx: Rx, store: LogStore, head: SignedHead, index: number, hash: Uint8Array) {
  const rows = (tile: Tile) => deriveTile(rx.sql, tile)
  for (const read of [await soundReader(rx.sql, store, head), rows]) {
    try {
      const hashes = await treeInclusionProof(read, index, head.size)
      if (verifyInclusion(index, head.size, hash, hashes, head.root)) return hashes
    } catch (error) {
      if (!(error instanceof Unsound)) throw error
    }
  }
  throw new Unsound(text(`第 ${index} 条无法证明`, `entry ${index} cannot be proved`))
}

/**
 * The `.tlog-proof` of an entry under the published checkpoint; its `extra` is the entry itself, so that the file alone,
 * with the log's public key, can be verified (C2SP tlog-proof).
 * @throws not-found for an unknown entry, not-integrated before its checkpoint is published, unavailable when the log
 * is damaged and cannot prove it.
 */
export async function proofOf(rx: Rx, auditId: string): Promise<string> {
  const [found] = await select(rx).where(eq(auditEntry.id, auditId))
  if (!found) throw notFound()
  const store = storeOf(rx)
  const head = await published(rx, store)
  if (!head || found.index === null || found.index >= head.size) throw notIntegrated(undefined, { retryAfter: 1 })
  const entry = Buffer.from(found.row.leaf)
  try {
    const hashes = await soundProof(rx, store, head, found.index, leafHash(entry))
    return formatProof({ index: found.index, hashes, checkpoint: head.note, extra: entry })
  } catch (cause) {
    if (!(cause instanceof Unsound)) throw cause
    throw unavailable(text('日志受损，暂不能出具证明。', 'The log is damaged and cannot prove this entry now.'), {
      cause,
    })
  }
}

/** Whether a published checkpoint had the tile, and nothing fuller has replaced it. */
async function wasPublished(rx: Rx, { level, index, width }: Tile, size: number): Promise<boolean> {
  const at = level === 'entries' ? 0 : level
  const count = levelSize(size, at)
  const end = index * tileWidth + width
  if (width === tileWidth) return end <= count
  if (end > count || (index + 1) * tileWidth <= count) return false
  const span = tileWidth ** at
  const [found] = await rx.sql`
    select 1 from transparency.checkpoint
    where size >= ${end * span} and size < ${(end + 1) * span} and size <= ${size} limit 1`
  return found !== undefined
}

/**
 * The bytes of a published tile that is missing on disk, derived from rows and put back; undefined when it was never
 * published.
 */
export async function mendTile(rx: Rx, store: LogStore, tile: Tile): Promise<Buffer | undefined> {
  const head = await published(rx, store)
  if (!head || !(await wasPublished(rx, tile, head.size))) return undefined
  try {
    const bytes = await deriveTile(rx.sql, tile)
    await store.writeTiles([{ tile, bytes }])
    return bytes
  } catch (cause) {
    if (cause instanceof Unsound) throw unavailable(undefined, { cause })
    throw cause
  }
}
