import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgSchema, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { organization, person } from '../identity/schema.ts'
import type { SensitiveColumn } from './engine/scan.ts'
import type { ColumnFacts, ColumnNote, FileFacts, Sample } from './model.ts'

export const data = pgSchema('data')

/** One version of a data set: a file by its digest, what was read from it, what its owner said about it. */
export const dataVersion = data.table(
  'data_version',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    uploadedBy: uuid()
      .notNull()
      .references(() => person.id),
    fileName: text().notNull(),
    sha256: text().notNull(),
    bytes: bigint({ mode: 'number' }).notNull(),
    state: text().notNull(),
    /** when the reading of the file began; one that lasts too long was cut off */
    profilingAt: instant().notNull(),
    failure: jsonb().$type<{ message: Text; remedy: Text }>(),
    format: text(),
    encoding: text(),
    rows: bigint({ mode: 'number' }),
    columns: jsonb().$type<readonly ColumnFacts[]>(),
    /** only for CSV */
    delimiter: text(),
    timeRange: jsonb().$type<NonNullable<FileFacts['timeRange']>>(),
    divisions: text().array(),
    sample: jsonb().$type<Sample>(),
    warnings: jsonb().$type<readonly Text[]>(),
    /** by column name */
    notes: jsonb().$type<Record<string, ColumnNote>>().notNull().default({}),
    confirmedBy: uuid().references(() => person.id),
    confirmedAt: instant(),
    createdAt: instant().notNull(),
  },
  t => [
    unique('data_version_file_unique').on(t.organizationId, t.sha256, t.fileName),
    check('data_version_sha256_form', sql`${t.sha256} ~ '^[0-9a-f]{64}$'`),
    check('data_version_not_empty', sql`${t.bytes} > 0`),
    check('data_version_state_known', sql`${t.state} in ('profiling', 'ready', 'confirmed', 'failed', 'discarded')`),
    check(
      'data_version_ready_has_facts',
      sql`${t.state} not in ('ready', 'confirmed')
        or (${t.format} is not null and ${t.rows} is not null and ${t.columns} is not null)`,
    ),
    check(
      'data_version_confirmed_by_person',
      sql`(${t.state} = 'confirmed') = (${t.confirmedBy} is not null and ${t.confirmedAt} is not null)`,
    ),
    check('data_version_failed_says_why', sql`(${t.state} = 'failed') = (${t.failure} is not null)`),
    index('data_version_organization').on(t.organizationId, t.id),
    index('data_version_sha256').on(t.sha256),
    index('data_version_profiling').on(t.profilingAt).where(sql`${t.state} = 'profiling'`),
  ],
)

/** What the scan for sensitive values found in a version: counts and masked samples, never the values; append-only. */
export const dataScan = data.table('data_scan', {
  dataVersionId: uuid()
    .primaryKey()
    .references(() => dataVersion.id),
  sha256: text().notNull(),
  found: jsonb().$type<readonly SensitiveColumn[]>().notNull(),
  scannedAt: instant().notNull(),
})

export type DataVersionRow = typeof dataVersion.$inferSelect

/**
 * Where the values of a version stand once more, as text in table files (Parquet) of the file store; wide versions take
 * several parts, each with some of the columns and all of the rows in the file's order.
 */
export const dataCopy = data.table(
  'data_copy',
  {
    dataVersionId: uuid()
      .notNull()
      .references(() => dataVersion.id),
    /** from 0 */
    part: integer().notNull(),
    /** place of its first column in the version, from 0 */
    firstColumn: integer().notNull(),
    columns: integer().notNull(),
    sha256: text().notNull(),
    bytes: bigint({ mode: 'number' }).notNull(),
    madeAt: instant().notNull(),
  },
  t => [
    primaryKey({ name: 'data_copy_pkey', columns: [t.dataVersionId, t.part] }),
    check('data_copy_sha256_form', sql`${t.sha256} ~ '^[0-9a-f]{64}$'`),
    check('data_copy_has_columns', sql`${t.part} >= 0 and ${t.firstColumn} >= 0 and ${t.columns} > 0`),
    index('data_copy_sha256').on(t.sha256),
  ],
)
