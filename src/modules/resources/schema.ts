import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, instant } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { dataVersion } from '../data/schema.ts'
import { organization, person } from '../identity/schema.ts'
import type { Change, ImportNote, LineError, SheetCells } from './imports.ts'
import type { Item } from './model.ts'

export const resources = pgSchema('resources')

/** Made by the application with `array_to_tsvector`: no dictionary, so that any two Chinese characters are found. */
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** The serial numbers given out in each class of the catalog. */
export const codeSerial = resources.table('code_serial', {
  classCode: text().primaryKey(),
  last: integer().notNull(),
})

/** A resource of the catalog 政务信息资源: the lasting identity behind both public platforms (Art 25). */
export const entry = resources.table(
  'entry',
  {
    id: uuid().primaryKey(),
    code: text().notNull(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    /** of its institution: a resource falls to it */
    division: text().notNull(),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
    /** when its data, or else the entry itself, was last brought up to date; null before the first publication */
    updatedOn: date({ mode: 'string' }),
    /** until when the next update is in time; null where the cycle promises none */
    dueOn: date({ mode: 'string' }),
  },
  t => [
    unique('entry_code_unique').on(t.code),
    check('entry_code_form', sql`${t.code} ~ '^[1-3][0-9]{5,11}/[0-9]{6,}$'`),
    index('entry_organization').on(t.organizationId, t.id),
    index('entry_due').on(t.dueOn).where(sql`${t.dueOn} is not null`),
  ],
)

/** One version of an entry's metadata (domain 4.2); what was submitted is changed only by being returned. */
export const entryVersion = resources.table(
  'entry_version',
  {
    id: uuid().primaryKey(),
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    versionNo: integer().notNull(),
    state: text().notNull(),
    nameZh: text().notNull(),
    nameEn: text(),
    abstract: text(),
    format: text(),
    sharingType: text(),
    sharingBasis: text(),
    sharingCondition: text(),
    openingType: text(),
    openingBasis: text(),
    openingCondition: text(),
    updateCycle: text(),
    grade: text(),
    placement: text(),
    systemOfRecord: text(),
    dutyBasis: text(),
    /** published without being mandated, by a public service enterprise (Art 25); a trigger asks for its kind */
    isVoluntary: boolean().notNull().default(false),
    themes: text().array().notNull().default(sql`'{}'`),
    securityTerms: text(),
    relatedCodes: text().array().notNull().default(sql`'{}'`),
    items: jsonb().$type<readonly Item[]>().notNull().default([]),
    changedBy: uuid()
      .notNull()
      .references(() => person.id),
    changedAt: instant().notNull(),
    submittedBy: uuid().references(() => person.id),
    submittedAt: instant(),
    reviewedBy: uuid().references(() => person.id),
    reviewerOrganizationId: uuid().references(() => organization.id),
    publishedAt: instant(),
    /** why it was returned or withdrawn */
    reason: text(),
    rulePack: text(),
    /** only of what is published: normalised words and tokens for the search */
    words: text(),
    document: tsvector(),
  },
  t => [
    unique('entry_version_number').on(t.entryId, t.versionNo),
    // one version in force and one in work: two at the same time cannot both win
    uniqueIndex('entry_version_one_published').on(t.entryId).where(sql`${t.state} = 'published'`),
    uniqueIndex('entry_version_one_open')
      .on(t.entryId)
      .where(sql`${t.state} in ('draft', 'submitted', 'reviewing', 'returned')`),
    check(
      'entry_version_state_known',
      sql`${t.state} in ('draft', 'submitted', 'reviewing', 'returned', 'published', 'superseded', 'withdrawn', 'discarded')`,
    ),
    check(
      'entry_version_complete',
      sql`${t.state} in ('draft', 'returned', 'discarded') or (${t.abstract} is not null and ${t.format} is not null
        and ${t.sharingType} is not null and ${t.sharingBasis} is not null and ${t.openingType} is not null
        and ${t.openingBasis} is not null and ${t.updateCycle} is not null and ${t.placement} is not null
        and ${t.systemOfRecord} is not null and (${t.dutyBasis} is not null or ${t.isVoluntary}) and cardinality(${t.themes}) > 0
        and jsonb_array_length(${t.items}) > 0 and ${t.submittedBy} is not null)`,
    ),
    check(
      'entry_version_conditions_said',
      sql`${t.state} in ('draft', 'returned', 'discarded')
        or ((${t.sharingType} <> 'conditional' or ${t.sharingCondition} is not null)
          and (${t.openingType} <> 'conditional' or ${t.openingCondition} is not null))`,
    ),
    check(
      'entry_version_published_graded',
      sql`${t.state} not in ('published', 'superseded', 'withdrawn') or (${t.grade} is not null and ${t.grade} in ('general', 'important', 'core')
        and ${t.publishedAt} is not null and ${t.words} is not null and ${t.document} is not null)`,
    ),
    check(
      'entry_version_core_kept',
      sql`${t.state} not in ('published', 'superseded', 'withdrawn')
        or ((${t.grade} <> 'core' or (${t.sharingType} = 'notShared' and ${t.openingType} = 'notOpen'))
          and (${t.grade} <> 'important' or ${t.openingType} <> 'open'))`,
    ),
    check(
      'entry_version_reviewed_by_another',
      sql`${t.state} not in ('published', 'superseded', 'withdrawn')
        or (${t.reviewedBy} is not null and ${t.reviewedBy} <> ${t.submittedBy} and ${t.reviewerOrganizationId} is not null)`,
    ),
    check('entry_version_reason_said', sql`${t.state} not in ('returned', 'withdrawn') or ${t.reason} is not null`),
    index('entry_version_state').on(t.state, t.id),
    index('entry_version_published').on(t.publishedAt, t.entryId).where(sql`${t.state} = 'published'`),
    index('entry_version_document').using('gin', t.document).where(sql`${t.state} = 'published'`),
  ],
)

/** Data that was attached to an entry: append-only; the newest is the entry's data. A trigger asks the gate of risk. */
export const attachment = resources.table(
  'attachment',
  {
    id: uuid().primaryKey(),
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    entryVersionId: uuid()
      .notNull()
      .references(() => entryVersion.id),
    dataVersionId: uuid()
      .notNull()
      .references(() => dataVersion.id),
    sequenceNo: integer().notNull(),
    /** what the gate is asked about; always `attached` */
    state: text().notNull().default('attached'),
    attachedBy: uuid()
      .notNull()
      .references(() => person.id),
    attachedAt: instant().notNull(),
  },
  t => [
    unique('attachment_once').on(t.entryId, t.dataVersionId),
    unique('attachment_sequence').on(t.entryId, t.sequenceNo),
    check('attachment_state_known', sql`${t.state} = 'attached'`),
    index('attachment_data_version').on(t.dataVersionId),
  ],
)

/** From where the data of an entry is fetched, how and when; the credential lies sealed and is never shown. */
export const pull = resources.table(
  'pull',
  {
    id: uuid().primaryKey(),
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    state: text().notNull(),
    url: text().notNull(),
    format: text().notNull(),
    rhythm: text().notNull(),
    /** weekday 1–7 of a week, day 1–28 of a month; null every day */
    day: integer(),
    /** hour of the day in Asia/Shanghai */
    hour: integer().notNull(),
    auth: text().notNull(),
    userName: text(),
    sealedSecret: bytea(),
    /** attach a new version as soon as the gate has released it */
    isAutomatic: boolean().notNull(),
    changedBy: uuid()
      .notNull()
      .references(() => person.id),
    changedAt: instant().notNull(),
    /** when it is fetched next; null while it rests */
    nextAt: instant(),
    /** who asked for it out of turn; taken away when that try begins */
    askedBy: uuid().references(() => person.id),
    /** tries in a row that failed */
    failures: integer().notNull().default(0),
    /** what the server said of the content that was fetched last, to ask for it only if it changed */
    etag: text(),
    lastModified: text(),
    sha256: text(),
  },
  t => [
    uniqueIndex('pull_one_per_entry').on(t.entryId).where(sql`${t.state} <> 'ended'`),
    check('pull_state_known', sql`${t.state} in ('active', 'paused', 'halted', 'ended')`),
    check('pull_format_known', sql`${t.format} in ('csv', 'tsv', 'json', 'ndjson', 'parquet')`),
    check(
      'pull_rhythm_sound',
      sql`${t.hour} between 0 and 23 and case ${t.rhythm} when 'daily' then ${t.day} is null
        when 'weekly' then coalesce(${t.day} between 1 and 7, false)
        when 'monthly' then coalesce(${t.day} between 1 and 28, false) else false end`,
    ),
    check(
      'pull_secret_fits',
      sql`case ${t.auth} when 'none' then ${t.sealedSecret} is null and ${t.userName} is null
        when 'bearer' then ${t.sealedSecret} is not null and ${t.userName} is null
        when 'basic' then ${t.sealedSecret} is not null and ${t.userName} is not null else false end`,
    ),
    check('pull_active_has_next', sql`(${t.state} = 'active') = (${t.nextAt} is not null)`),
    index('pull_next').on(t.nextAt).where(sql`${t.state} = 'active'`),
  ],
)

/** One try to fetch: what happened, kept for good. */
export const pullTry = resources.table(
  'pull_try',
  {
    id: uuid().primaryKey(),
    pullId: uuid()
      .notNull()
      .references(() => pull.id),
    state: text().notNull(),
    /** who asked for it; null when its hour had come */
    askedBy: uuid().references(() => person.id),
    startedAt: instant().notNull(),
    endedAt: instant(),
    /** what the server answered last */
    status: integer(),
    bytes: bigint({ mode: 'number' }),
    sha256: text(),
    dataVersionId: uuid().references(() => dataVersion.id),
    failure: jsonb().$type<{ readonly message: Text; readonly remedy: Text }>(),
    /** whether its version is to be attached by itself, was, or could not be */
    attaching: text(),
    refusal: jsonb().$type<Text>(),
  },
  t => [
    uniqueIndex('pull_try_one_running').on(t.pullId).where(sql`${t.state} = 'running'`),
    check('pull_try_state_known', sql`${t.state} in ('running', 'unchanged', 'changed', 'failed', 'cut-off')`),
    check('pull_try_ended', sql`(${t.state} = 'running') = (${t.endedAt} is null)`),
    check('pull_try_failure_said', sql`${t.state} not in ('failed', 'cut-off') or ${t.failure} is not null`),
    check('pull_try_changed_has_data', sql`(${t.state} = 'changed') = (${t.dataVersionId} is not null)`),
    check(
      'pull_try_attaching_known',
      sql`${t.attaching} is null or (${t.dataVersionId} is not null and ${t.attaching} in ('waiting', 'attached', 'refused', 'overtaken'))`,
    ),
    index('pull_try_pull').on(t.pullId, t.id),
    index('pull_try_data_version').on(t.dataVersionId),
    index('pull_try_running').on(t.startedAt).where(sql`${t.state} = 'running'`),
  ],
)

/** How often the data of an opened entry was taken, by day and form; nothing of who took it. */
export const download = resources.table(
  'download',
  {
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    takenOn: date({ mode: 'string' }).notNull(),
    format: text().notNull(),
    times: integer().notNull(),
  },
  t => [
    primaryKey({ name: 'download_pkey', columns: [t.entryId, t.takenOn, t.format] }),
    check('download_counted', sql`${t.times} > 0`),
  ],
)

export type PullRow = typeof pull.$inferSelect
export type PullTryRow = typeof pullTry.$inferSelect

/** A filled template that was read: what it would do, until the institution confirms it or lets it be. */
export const bulkImport = resources.table(
  'bulk_import',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
    fileName: text().notNull(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    state: text().notNull(),
    /** what concerns the file as a whole: headings that were not read */
    notes: jsonb().$type<readonly ImportNote[]>().notNull().default([]),
    newLines: integer().notNull(),
    changedLines: integer().notNull(),
    unchangedLines: integer().notNull(),
    refusedLines: integer().notNull(),
    /** drafts that were made or changed, once confirmed */
    writtenLines: integer(),
    decidedBy: uuid().references(() => person.id),
    decidedAt: instant(),
  },
  t => [
    check('bulk_import_state_known', sql`${t.state} in ('ready', 'confirmed', 'discarded')`),
    check(
      'bulk_import_decided_whole',
      sql`(${t.state} = 'ready') = (${t.decidedAt} is null) and (${t.decidedAt} is null) = (${t.decidedBy} is null)
        and (${t.state} = 'confirmed') = (${t.writtenLines} is not null)`,
    ),
    index('bulk_import_organization').on(t.organizationId, t.id),
  ],
)

/** One row of an import: what was read, what it would do, and after the confirmation which version it made. */
export const importLine = resources.table(
  'import_line',
  {
    importId: uuid()
      .notNull()
      .references(() => bulkImport.id),
    sequenceNo: integer().notNull(),
    /** the sheet it stands in: `entries`, or `items` for items without their entry */
    sheet: text().notNull(),
    rowNo: integer().notNull(),
    outcome: text().notNull(),
    nameZh: text().notNull(),
    code: text(),
    cells: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    items: jsonb().$type<readonly SheetCells[]>().notNull().default([]),
    changes: jsonb().$type<readonly Change[]>().notNull().default([]),
    errors: jsonb().$type<readonly LineError[]>().notNull().default([]),
    entryId: uuid().references(() => entry.id),
    /** the version that the row was compared with, and when that was changed last */
    baseVersionId: uuid().references(() => entryVersion.id),
    baseChangedAt: instant(),
    /** the draft that it became */
    versionId: uuid().references(() => entryVersion.id),
  },
  t => [
    primaryKey({ name: 'import_line_pkey', columns: [t.importId, t.sequenceNo] }),
    check(
      'import_line_outcome_known',
      sql`${t.outcome} in ('new', 'changed', 'unchanged', 'refused', 'stale', 'written')`,
    ),
    check('import_line_sheet_known', sql`${t.sheet} in ('entries', 'items')`),
    check(
      'import_line_refusal_said',
      sql`${t.outcome} not in ('refused', 'stale') or jsonb_array_length(${t.errors}) > 0`,
    ),
    check('import_line_written_named', sql`(${t.outcome} = 'written') = (${t.versionId} is not null)`),
    index('import_line_outcome').on(t.importId, t.outcome, t.sequenceNo),
  ],
)

export type ImportRow = typeof bulkImport.$inferSelect
export type ImportLineRow = typeof importLine.$inferSelect
export type EntryRow = typeof entry.$inferSelect
export type EntryVersionRow = typeof entryVersion.$inferSelect
export type AttachmentRow = typeof attachment.$inferSelect
