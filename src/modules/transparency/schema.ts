import { sql } from 'drizzle-orm'
import { bigint, check, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { auditEntry, bytea, instant } from '../../kernel/schema.ts'

export const transparency = pgSchema('transparency')

/** The place of an audit entry in the Merkle log; indexes have no gap, rows never change (trigger). */
export const leaf = transparency.table(
  'leaf',
  {
    leafIndex: bigint({ mode: 'number' }).primaryKey(),
    auditId: uuid()
      .notNull()
      .unique('leaf_audit_unique')
      .references(() => auditEntry.id),
    /** SHA-256(0x00 ‖ leaf text), RFC 6962 §2.1 */
    hash: bytea().notNull(),
  },
  t => [
    check('leaf_index_whole', sql`${t.leafIndex} >= 0`),
    check('leaf_hash_length', sql`octet_length(${t.hash}) = 32`),
  ],
)

/** Every checkpoint that was ever signed, before anyone saw it; each larger than all before it (trigger). */
export const checkpoint = transparency.table(
  'checkpoint',
  {
    size: bigint({ mode: 'number' }).primaryKey(),
    root: bytea().notNull(),
    /** the signed note, to the byte as it is published */
    note: text().notNull(),
    signedAt: instant().notNull(),
  },
  t => [
    check('checkpoint_size_positive', sql`${t.size} > 0`),
    check('checkpoint_root_length', sql`octet_length(${t.root}) = 32`),
  ],
)
