import { sql } from 'drizzle-orm'
import { bigint, check, index, jsonb, pgSchema, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { organization, person } from '../identity/schema.ts'
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

export type DataVersionRow = typeof dataVersion.$inferSelect
