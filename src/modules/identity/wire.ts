import { Type } from 'typebox'
import { closed, Id, Instant, nullable, pageOf } from '../../kernel/wire.ts'
import { institutionKinds } from './kinds.ts'
import { duties, organizationMachine, requestableRoles } from './model.ts'
import type { Organization } from './queries.ts'

const Name = Type.String({ minLength: 1, maxLength: 100, examples: ['王芳'] })
const Email = Type.String({ format: 'email', maxLength: 254, examples: ['wang@example.cn'] })
// 64 characters and more are allowed, none is cut off
const NewPassword = Type.String({ minLength: 8, maxLength: 200, examples: ['four words are long'] })
export const Password = Type.String({ minLength: 1, maxLength: 200 })
const Duty = Type.Union(duties.map(d => Type.Literal(d)))
const Reason = Type.String({
  minLength: 4,
  maxLength: 1000,
  examples: ['营业执照名称与填写的名称不一致，请核对后补正'],
})

export const RegisterPersonBody = closed({ email: Email, name: Name, password: NewPassword })
export const PersonShape = Type.Object({ id: Id, email: Type.String(), name: Type.String() })
/** six digits of the app, or a recovery code with its hyphens */
const Code = Type.String({ minLength: 6, maxLength: 20, examples: ['123456'] })
export const SignInBody = closed({ email: Email, password: Password, code: Type.Optional(Code) })
export const UpdatePersonBody = closed({ name: Name })
export const PasswordBody = closed({ password: Password })
export const CodeBody = closed({ code: Code })
export const PasswordAndCodeBody = closed({ password: Password, code: Code })
export const TwoStepShape = Type.Object({
  secret: Type.String({ description: 'base32, for typing into the app' }),
  uri: Type.String({ description: 'otpauth://, for a QR code' }),
})
export const RecoveryCodesShape = Type.Object({ recoveryCodes: Type.Array(Type.String()) })
export const RefreshBody = closed({ refreshToken: Type.String({ minLength: 20, maxLength: 200 }) })
export const ChangePasswordBody = closed({ password: Password, newPassword: NewPassword })
export const ForgotBody = closed({ email: Email })
const LinkToken = Type.String({ minLength: 20, maxLength: 200, examples: ['token-of-the-link-in-the-letter'] })
export const TokenBody = closed({ token: LinkToken })
export const ResetPasswordBody = closed({ token: LinkToken, newPassword: NewPassword })
export const ChangeEmailBody = closed({ email: Email, password: Password })
export const TokensShape = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  expiresInSeconds: Type.Integer(),
})
export const SessionShape = Type.Object({
  id: Id,
  device: Type.String(),
  createdAt: Instant,
  seenAt: Type.Union([Instant, Type.Null()], { description: 'last request, to ten minutes' }),
  isCurrent: Type.Boolean(),
})

export const OrganizationBody = closed({
  uscc: Type.String({ minLength: 18, maxLength: 18, examples: ['91350100M000100Y43'] }),
  nameZh: Type.String({ minLength: 2, maxLength: 120, examples: ['山西晋阳数据科技有限公司'] }),
  nameEn: Type.Optional(Type.String({ minLength: 2, maxLength: 160 })),
  division: Type.Optional(
    Type.String({
      pattern: '^[0-9]{6}$',
      examples: ['140100'],
      description: 'GB/T 2260; that of the credit code unless given',
    }),
  ),
  address: Type.String({ minLength: 4, maxLength: 200 }),
  contactName: Name,
  contactPhone: Type.String({ pattern: '^[0-9+() -]{6,30}$', examples: ['0351-1234567'] }),
  roles: Type.Array(Type.Union(requestableRoles.map(r => Type.Literal(r))), { minItems: 1, uniqueItems: true }),
  institutionKind: Type.Optional(
    Type.String({
      enum: Object.keys(institutionKinds),
      description: 'asked of institutions (Art 38); that of a public body follows from its credit code',
    }),
  ),
  serviceKind: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'of a public service enterprise: a code of the rules',
      examples: ['water'],
    }),
  ),
})
export const InstitutionKindBody = closed({
  institutionKind: Type.String({ enum: Object.keys(institutionKinds) }),
  serviceKind: OrganizationBody.properties.serviceKind,
})
export const ReasonBody = closed({ reason: Reason })
export const OrganizationShape = Type.Object({
  id: Id,
  uscc: Type.String(),
  nameZh: Type.String(),
  nameEn: nullable(Type.String()),
  division: Type.String(),
  address: Type.String(),
  contactName: Type.String(),
  contactPhone: Type.String(),
  requestedRoles: Type.Array(Type.String()),
  roles: Type.Array(Type.String()),
  institutionKind: nullable(Type.String()),
  serviceKind: nullable(Type.String()),
  isKindConfirmed: Type.Boolean({ description: 'the operator agreed with the kind' }),
  state: Type.String({ enum: Object.keys(organizationMachine.states) }),
  reason: nullable(Type.String()),
  keyFingerprint: Type.String(),
  publicKey: Type.String(),
  createdAt: Instant,
})
export const OrganizationPage = pageOf(OrganizationShape)
export const MeShape = Type.Object({
  person: PersonShape,
  twoStep: Type.Object({
    isOn: Type.Boolean(),
    isRequired: Type.Boolean({ description: 'by a duty or role that this person holds' }),
    recoveryCodesLeft: Type.Integer(),
  }),
  memberships: Type.Array(
    Type.Object({
      organizationId: Id,
      nameZh: Type.String(),
      nameEn: nullable(Type.String()),
      state: Type.String(),
      roles: Type.Array(Type.String()),
      duties: Type.Array(Type.String()),
    }),
  ),
})
export const MemberBody = closed({ email: Email, duties: Type.Array(Duty, { uniqueItems: true }) })
export const MemberShape = Type.Object({
  personId: Id,
  name: Type.String(),
  email: Type.String(),
  duties: Type.Array(Type.String()),
})
export const ApiTokenBody = closed({
  name: Name,
  scopes: Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, uniqueItems: true }),
  days: Type.Integer({ minimum: 1, maximum: 365 }),
})
export const ApiTokenShape = Type.Object({
  id: Id,
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  createdAt: Instant,
  expiresAt: Instant,
  revokedAt: nullable(Instant),
  token: Type.Optional(Type.String()),
})
export const Done = Type.Object({ isDone: Type.Boolean() })

/** An organisation as its own members, the operator and authorities see it. */
export const toOrganization = (row: Organization) => ({
  id: row.id,
  uscc: row.uscc,
  nameZh: row.nameZh,
  nameEn: row.nameEn,
  division: row.division,
  address: row.address,
  contactName: row.contactName,
  contactPhone: row.contactPhone,
  requestedRoles: row.requestedRoles,
  roles: row.roles,
  institutionKind: row.institutionKind,
  serviceKind: row.serviceKind,
  isKindConfirmed: row.kindConfirmedAt !== null,
  state: row.state,
  reason: row.reason,
  keyFingerprint: row.keyFingerprint,
  publicKey: row.publicKey,
  createdAt: row.createdAt.toISOString(),
})

/** A token row without its hash; `token` only where it was just made. */
export const toApiToken = (row: {
  id: string
  name: string
  scopes: string[]
  createdAt: Date
  expiresAt: Date
  revokedAt: Date | null
  token?: string
}) => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
  ...(row.token !== undefined && { token: row.token }),
})
