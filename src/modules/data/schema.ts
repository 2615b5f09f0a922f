import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, instant } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { organization, person } from '../identity/schema.ts'
import type { SensitiveColumn } from './engine/scan.ts'
import type { ColumnFacts, ColumnNote, FileFacts, MaskedColumn, Sample } from './model.ts'

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
    /** the version that this one was made of, by masking columns */
    derivedFromId: uuid().references((): AnyPgColumn => dataVersion.id),
    /** what was done to which column of it */
    derivation: jsonb().$type<readonly MaskedColumn[]>(),
  },
  t => [
    unique('data_version_file_unique').on(t.organizationId, t.sha256, t.fileName),
    check('data_version_sha256_form', sql`${t.sha256} ~ '^[0-9a-f]{64}$'`),
    check('data_version_not_empty', sql`${t.bytes} > 0`),
    check(
      'data_version_state_known',
      sql`${t.state} in ('profiling', 'unscanned', 'ready', 'confirmed', 'failed', 'discarded')`,
    ),
    check(
      'data_version_ready_has_facts',
      sql`${t.state} not in ('ready', 'confirmed')
        or (${t.format} is not null and ${t.rows} is not null and ${t.columns} is not null)`,
    ),
    check(
      'data_version_confirmed_by_person',
      sql`(${t.state} = 'confirmed') = (${t.confirmedBy} is not null and ${t.confirmedAt} is not null)`,
    ),
    check(
      'data_version_derived_says_how',
      sql`(${t.derivedFromId} is null) = (${t.derivation} is null) and ${t.derivedFromId} <> ${t.id}`,
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

/**
 * What is known of a version's bytes before anything reads them: the malware scanner's verdict, the operator's setting,
 * or the decision of two of the operator's people. The latest word; earlier ones are in the audit entries.
 */
export const dataInspection = data.table(
  'data_inspection',
  {
    dataVersionId: uuid()
      .primaryKey()
      .references(() => dataVersion.id),
    verdict: text().notNull(),
    scanner: text(),
    /** name of what was found */
    signature: text(),
    /** why it is held */
    reason: jsonb().$type<Text>(),
    /** held only until the scanner answers; otherwise people decide */
    isWaiting: boolean().notNull().default(false),
    inspectedAt: instant().notNull(),
    proposedBy: uuid().references(() => person.id),
    proposedReason: text(),
    proposedAt: instant(),
    releasedBy: uuid().references(() => person.id),
    releasedAt: instant(),
  },
  t => [
    check(
      'data_inspection_verdict_known',
      sql`${t.verdict} in ('clean', 'accepted', 'inherited', 'released', 'held', 'infected')`,
    ),
    check('data_inspection_held_says_why', sql`${t.verdict} <> 'held' or ${t.reason} is not null`),
    check('data_inspection_infected_by_name', sql`(${t.verdict} = 'infected') = (${t.signature} is not null)`),
    check(
      'data_inspection_proposed_with_reason',
      sql`(${t.proposedBy} is null) = (${t.proposedReason} is null) and (${t.proposedBy} is null) = (${t.proposedAt} is null)`,
    ),
    check(
      'data_inspection_released_by_second',
      sql`(${t.verdict} = 'released') = (${t.releasedBy} is not null)
        and (${t.releasedBy} is null or (${t.proposedBy} is not null and ${t.releasedBy} <> ${t.proposedBy}))`,
    ),
    index('data_inspection_held').on(t.inspectedAt).where(sql`${t.verdict} = 'held'`),
  ],
)

export type InspectionRow = typeof dataInspection.$inferSelect

/** What the operator allows an organisation to store, where it differs from the configuration. */
export const dataQuota = data.table(
  'data_quota',
  {
    organizationId: uuid()
      .primaryKey()
      .references(() => organization.id),
    bytes: bigint({ mode: 'number' }).notNull(),
    versions: integer().notNull(),
    reason: text().notNull(),
    setBy: uuid()
      .notNull()
      .references(() => person.id),
    setAt: instant().notNull(),
  },
  t => [check('data_quota_not_negative', sql`${t.bytes} >= 0 and ${t.versions} >= 0`)],
)

/** A file that arrives in pieces (tus); its bytes lie in the staging folder until they are whole. */
export const dataUpload = data.table(
  'data_upload',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    startedBy: uuid()
      .notNull()
      .references(() => person.id),
    fileName: text().notNull(),
    bytes: bigint({ mode: 'number' }).notNull(),
    state: text().notNull(),
    dataVersionId: uuid().references(() => dataVersion.id),
    startedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    endedAt: instant(),
  },
  t => [
    check('data_upload_not_empty', sql`${t.bytes} > 0`),
    check('data_upload_state_known', sql`${t.state} in ('receiving', 'finished', 'ended', 'expired')`),
    check('data_upload_finished_is_version', sql`(${t.state} = 'finished') = (${t.dataVersionId} is not null)`),
    check('data_upload_ended_at', sql`(${t.state} = 'receiving') = (${t.endedAt} is null)`),
    index('data_upload_receiving').on(t.organizationId, t.id).where(sql`${t.state} = 'receiving'`),
    index('data_upload_version').on(t.dataVersionId),
  ],
)

/**
 * What the last look at a stored object's bytes found. Not about the trade: the worker writes it, and what was found
 * again sound, because the bytes were put back, is sound.
 */
export const fileCheck = data.table(
  'file_check',
  {
    sha256: text().primaryKey(),
    verdict: text().notNull(),
    /** by the database's clock */
    checkedAt: instant().notNull(),
  },
  t => [
    check('file_check_verdict_known', sql`${t.verdict} in ('sound', 'damaged', 'missing')`),
    index('file_check_due').on(t.checkedAt),
    index('file_check_trouble').on(t.verdict).where(sql`${t.verdict} <> 'sound'`),
  ],
)

export type UploadRow = typeof dataUpload.$inferSelect

/** An organisation's secret for keyed hashes, sealed with the master key: never shown, never changed. */
export const dataMaskingKey = data.table('data_masking_key', {
  organizationId: uuid()
    .primaryKey()
    .references(() => organization.id),
  sealedKey: bytea().notNull(),
  createdAt: instant().notNull(),
})
