import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  customType,
  index,
  integer,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

/** Raw bytes: hashes, salts, sealed secrets. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

/** An instant (UTC) as a Date, to the millisecond, which is what JSON and JavaScript carry. */
export const instant = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })

/** Money in fen (分); integers only, read as bigint. */
export const fen = () => bigint({ mode: 'bigint' })

export const kernel = pgSchema('kernel')

/** One row: how far demo mode and tests have moved the clock forward, in milliseconds. */
export const clock = kernel.table(
  'clock',
  { id: integer().primaryKey(), offsetMs: bigint({ mode: 'number' }).notNull().default(sql`0`) },
  t => [check('clock_has_one_row', sql`${t.id} = 1`), check('clock_only_forward', sql`${t.offsetMs} >= 0`)],
)

/** A remembered write: the same key and input are answered with the same bytes. */
export const idempotency = kernel.table(
  'idempotency',
  {
    scope: text().notNull(),
    key: text().notNull(),
    operation: text().notNull(),
    inputHash: text().notNull(),
    status: integer(),
    reply: text(),
    createdAt: instant().notNull(),
  },
  t => [primaryKey({ name: 'idempotency_pkey', columns: [t.scope, t.key] }), index('idempotency_age').on(t.createdAt)],
)

/** What happened, with the bytes that were hashed; never changed, never deleted (trigger). */
export const auditEntry = kernel.table(
  'audit_entry',
  {
    id: uuid().primaryKey(),
    seq: bigint({ mode: 'number' }).notNull().unique('audit_entry_seq_unique'),
    at: instant().notNull(),
    actor: text().notNull(),
    organizationId: uuid(),
    action: text().notNull(),
    subjectKind: text().notNull(),
    subjectId: text().notNull(),
    /** canonical JSON of what was decided; `salt` and it make the commitment in the leaf */
    record: text().notNull(),
    salt: bytea().notNull(),
    /** canonical JSON that enters the Merkle log byte for byte */
    leaf: text().notNull(),
  },
  t => [
    index('audit_entry_subject').on(t.subjectKind, t.subjectId, t.seq),
    index('audit_entry_actor').on(t.actor, t.seq),
    check('audit_entry_leaf_small', sql`octet_length(${t.leaf}) <= 4096`),
  ],
)

/** Entries that the log has not integrated yet; the sequencer takes them away in the transaction that integrates. */
export const auditQueue = kernel.table('audit_queue', { seq: bigint({ mode: 'number' }).primaryKey() })

/** Keys of the exchange: the public part in the clear, the private part sealed with the master key. */
export const exchangeKey = kernel.table('exchange_key', {
  name: text().primaryKey(),
  publicPart: text().notNull(),
  sealedPart: bytea().notNull(),
  createdAt: instant().notNull(),
})

/** What was done once for this database (the demo exchange), and when. */
export const milestone = kernel.table('milestone', { name: text().primaryKey(), reachedAt: instant().notNull() })

/** Each transaction takes 64 numbers at once; gaps are meaningless because the queue, not the number, tells what is open. */
export const auditSeq = kernel.sequence('audit_seq', { increment: 64, startWith: 64 })

/** Serial part of public numbers (domain: 140000-DP-2026-00000001-X). */
export const numberSeq = kernel.sequence('number_seq', { startWith: 1 })
