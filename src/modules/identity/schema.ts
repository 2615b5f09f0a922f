import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, instant } from '../../kernel/schema.ts'
import type { Language } from '../../kernel/text.ts'

export const identity = pgSchema('identity')

/** A person's account. */
export const person = identity.table(
  'person',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    name: text().notNull(),
    /** argon2id, encoded with its parameters and salt */
    passwordHash: text().notNull(),
    failedSignIns: integer().notNull().default(0),
    /** by the database's own time: demo mode's clock does not shorten a block */
    blockedUntil: instant(),
    isDisabled: boolean().notNull().default(false),
    /** in which the exchange writes to them */
    language: text().$type<Language>().notNull().default('zh-CN'),
    createdAt: instant().notNull(),
  },
  t => [
    uniqueIndex('person_email_unique').on(sql`lower(${t.email})`),
    check('person_email_has_at', sql`${t.email} like '%_@_%'`),
    check('person_language_known', sql`${t.language} in ('zh-CN', 'en')`),
  ],
)

/** A sign-in on one device: the family of refresh tokens that came from it. */
export const session = identity.table(
  'session',
  {
    id: uuid().primaryKey(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    device: text().notNull(),
    createdAt: instant().notNull(),
    provedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    endedAt: instant(),
    endReason: text(),
    /** of a session in a browser: SHA-256 of the secret that its cookie carries */
    cookieHash: bytea().unique('session_cookie_hash_unique'),
    /** last request, to ten minutes, by the database's own time */
    seenAt: instant(),
  },
  t => [index('session_person').on(t.personId, t.createdAt)],
)

/** A person's second step: the secret that their authenticator app shares (RFC 6238), sealed with the master key. */
export const twoStep = identity.table('two_step', {
  personId: uuid()
    .primaryKey()
    .references(() => person.id),
  sealedSecret: bytea().notNull(),
  /** the 30-second step of the last code taken: each works once */
  lastStep: bigint({ mode: 'number' }).notNull().default(0),
  begunAt: instant().notNull(),
  /** in force from then on */
  confirmedAt: instant(),
})

/** Codes for the day the app is lost, each good for one sign-in; the number is part of the code, the rest is argon2id. */
export const recoveryCode = identity.table(
  'recovery_code',
  {
    personId: uuid()
      .notNull()
      .references(() => person.id),
    number: integer().notNull(),
    hash: text().notNull(),
    createdAt: instant().notNull(),
    usedAt: instant(),
  },
  t => [primaryKey({ name: 'recovery_code_pkey', columns: [t.personId, t.number] })],
)

/** A link that was sent to an address, by the hash of its token: to a new password, or to confirm a new address. */
export const mailedLink = identity.table(
  'mailed_link',
  {
    id: uuid().primaryKey(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    purpose: text().$type<'password' | 'email'>().notNull(),
    /** where it goes */
    email: text().notNull(),
    /** of a change that was made: the address before it */
    formerEmail: text(),
    /** none until its letter is written */
    hash: bytea().unique('mailed_link_hash_unique'),
    createdAt: instant().notNull(),
    /** by the database's own time, as `createdAt` and `usedAt` are */
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  t => [
    check('mailed_link_purpose_known', sql`${t.purpose} in ('password', 'email')`),
    index('mailed_link_person').on(t.personId, t.createdAt),
  ],
)

/** A request of the operator to take a lost second step off an account; another person decides it. */
export const twoStepReset = identity.table(
  'two_step_reset',
  {
    id: uuid().primaryKey(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    reason: text().notNull(),
    requestedBy: uuid()
      .notNull()
      .references(() => person.id),
    requestedAt: instant().notNull(),
    isGranted: boolean(),
    decidedBy: uuid().references(() => person.id),
    decidedAt: instant(),
  },
  t => [
    check('two_step_reset_by_two', sql`${t.isGranted} is not true or ${t.requestedBy} <> ${t.decidedBy}`),
    check(
      'two_step_reset_not_own',
      sql`${t.personId} <> ${t.requestedBy} and ${t.personId} is distinct from ${t.decidedBy}`,
    ),
    check(
      'two_step_reset_decided_whole',
      sql`(${t.isGranted} is null) = (${t.decidedBy} is null) and (${t.isGranted} is null) = (${t.decidedAt} is null)`,
    ),
    uniqueIndex('two_step_reset_one_open').on(t.personId).where(sql`decided_at is null`),
  ],
)

/** Refresh tokens by hash; a used one that comes back ends its session. */
export const refreshToken = identity.table('refresh_token', {
  hash: bytea().primaryKey(),
  sessionId: uuid()
    .notNull()
    .references(() => session.id),
  createdAt: instant().notNull(),
  usedAt: instant(),
})

/** A legal person: vendor, buyer, operator, authority, institution. */
export const organization = identity.table(
  'organization',
  {
    id: uuid().primaryKey(),
    uscc: text().notNull().unique('organization_uscc_unique'),
    nameZh: text().notNull(),
    nameEn: text(),
    division: text().notNull(),
    address: text().notNull(),
    contactName: text().notNull(),
    contactPhone: text().notNull(),
    requestedRoles: text().array().notNull(),
    /** in force once verified */
    roles: text().array().notNull(),
    /** of an institution (Art 38); null until it is said */
    institutionKind: text(),
    /** of a public service enterprise: a code of the rules' `publicServiceKinds` */
    serviceKind: text(),
    /** when the operator confirmed the kind: with the verification, or later for those verified before it was asked */
    kindConfirmedAt: instant(),
    state: text().notNull(),
    registeredBy: uuid()
      .notNull()
      .references(() => person.id),
    acceptedBy: uuid().references(() => person.id),
    verifiedBy: uuid().references(() => person.id),
    reason: text(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check(
      'organization_verified_by_two',
      sql`${t.state} <> 'verified' or 'operator' = any(${t.requestedRoles})
        or (${t.acceptedBy} is not null and ${t.verifiedBy} is not null and ${t.acceptedBy} <> ${t.verifiedBy})`,
    ),
    check('organization_uscc_form', sql`${t.uscc} ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'`),
    check(
      'organization_institution_kind_known',
      sql`${t.institutionKind} in ('publicInstitution', 'publicServiceEnterprise')`,
    ),
    check(
      'organization_service_kind_said',
      sql`(${t.serviceKind} is not null) = (${t.institutionKind} is not distinct from 'publicServiceEnterprise')
        and (${t.serviceKind} is null or ${t.serviceKind} ~ '^[A-Za-z][A-Za-z0-9-]*$')`,
    ),
    check(
      'organization_kind_of_institution',
      sql`(${t.institutionKind} is null or 'institution' = any(${t.requestedRoles}))
        and (${t.kindConfirmedAt} is null or ${t.institutionKind} is not null)`,
    ),
    // codes beginning with 1 are those of public bodies (GB 32100)
    check(
      'organization_kind_fits_code',
      sql`${t.institutionKind} is distinct from 'publicServiceEnterprise' or ${t.uscc} !~ '^1'`,
    ),
    index('organization_state').on(t.state, t.createdAt, t.id),
    index('organization_division').on(t.division),
  ],
)

/** A person's duties in an organisation. */
export const membership = identity.table(
  'membership',
  {
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    duties: text().array().notNull(),
    createdAt: instant().notNull(),
  },
  t => [
    primaryKey({ name: 'membership_pkey', columns: [t.organizationId, t.personId] }),
    index('membership_person').on(t.personId),
  ],
)

/** The organisation's own signing key (Ed25519); the private part is sealed with the master key. */
export const organizationKey = identity.table('organization_key', {
  organizationId: uuid()
    .primaryKey()
    .references(() => organization.id),
  publicKey: text().notNull(),
  sealedKey: bytea().notNull(),
  /** SHA-256 of the SPKI DER, lower-case hex */
  fingerprint: text().notNull(),
  createdAt: instant().notNull(),
})

/** A machine client's token, by hash, limited to named permissions. */
export const apiToken = identity.table(
  'api_token',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    name: text().notNull(),
    hash: bytea().notNull().unique('api_token_hash_unique'),
    scopes: text().array().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
  },
  t => [index('api_token_organization').on(t.organizationId, t.createdAt)],
)
