import { type Static, type TSchema, Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { closed, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { institutionKinds } from '../identity/index.ts'
import type { Attached } from './attaching.ts'
import {
  entryMachine,
  formats,
  isLate,
  itemTypes,
  openingTypes,
  placements,
  sensitivities,
  sharingTypes,
} from './model.ts'
import { maxItems } from './prefill.ts'
import { type EntryHit, entryFacets, type ListedVersion, type PublicEntry, type searchEntries } from './queries.ts'
import type { EntryVersionRow } from './schema.ts'
import type { Versioned } from './service.ts'

const one = (of: object) => Type.String({ enum: Object.keys(of) })
const said = (maxLength: number) => Type.Optional(nullable(Type.String({ maxLength })))
const chosen = (of: object) => Type.Optional(nullable(one(of)))
const Day = Type.String({ format: 'date' })
const Grade = Type.String({ enum: ['general', 'important', 'core'] })

const ItemBody = closed({
  nameZh: Type.String({ minLength: 1, maxLength: 120, examples: ['区划代码'] }),
  nameEn: said(120),
  codeName: Type.Optional(nullable(Type.String({ maxLength: 120, description: 'name of its column in the data' }))),
  type: one(itemTypes),
  length: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 }))),
  standard: Type.Optional(nullable(Type.String({ maxLength: 200, examples: ['GB/T 2260-2007'] }))),
  sensitivity: one(sensitivities),
  meaning: said(500),
})

export const CreateBody = closed({
  classCode: Type.String({
    pattern: '^[1-3][0-9]{5,11}$',
    description: 'class, item, subject and sub-item of the catalog (GB/T 21063.4)',
    examples: ['306010'],
  }),
  nameZh: Type.Optional(Type.String({ minLength: 2, maxLength: 120 })),
  dataVersionId: Type.Optional(Id),
})
export type CreateInput = Static<typeof CreateBody>

export const ContentBody = closed({
  nameZh: Type.Optional(Type.String({ minLength: 2, maxLength: 120 })),
  nameEn: said(200),
  abstract: said(2000),
  format: chosen(formats),
  sharingType: chosen(sharingTypes),
  sharingBasis: said(500),
  sharingCondition: said(1000),
  openingType: chosen(openingTypes),
  openingBasis: said(500),
  openingCondition: said(1000),
  updateCycle: said(40),
  grade: Type.Optional(nullable(Grade)),
  placement: chosen(placements),
  systemOfRecord: said(200),
  isVoluntary: Type.Optional(
    Type.Boolean({ description: 'published without being mandated, by a public service enterprise (Art 25)' }),
  ),
  dutyBasis: said(500),
  themes: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 17 })),
  securityTerms: said(2000),
  relatedCodes: Type.Optional(Type.Array(Type.String({ pattern: '^[1-3][0-9]{5,11}/[0-9]{6,}$' }), { maxItems: 50 })),
  items: Type.Optional(Type.Array(ItemBody, { maxItems })),
})
export type ContentInput = Static<typeof ContentBody>

export const WithdrawBody = closed({
  reason: Type.Optional(
    Type.String({
      minLength: 4,
      maxLength: 1000,
      description: 'needed unless the entry is voluntary',
      examples: ['系统下线，不再产生该数据'],
    }),
  ),
})

export const FillBody = closed({ dataVersionId: Id })

const Maybe = nullable(Type.String())
const content = {
  nameZh: Type.String(),
  nameEn: Maybe,
  abstract: Maybe,
  format: Maybe,
  sharingType: Maybe,
  sharingBasis: Maybe,
  sharingCondition: Maybe,
  openingType: Maybe,
  openingBasis: Maybe,
  openingCondition: Maybe,
  updateCycle: Maybe,
  grade: nullable(Grade),
  placement: Maybe,
  systemOfRecord: Maybe,
  isVoluntary: Type.Boolean(),
  dutyBasis: Maybe,
  themes: Type.Array(Type.String()),
  securityTerms: Maybe,
  relatedCodes: Type.Array(Type.String()),
  items: Type.Array(
    Type.Object({
      nameZh: Type.String(),
      nameEn: Maybe,
      codeName: Maybe,
      type: Type.String(),
      length: nullable(Type.Integer()),
      standard: Maybe,
      sensitivity: Type.String(),
      meaning: Maybe,
    }),
  ),
} satisfies Record<string, TSchema>

export const VersionShape = Type.Object({
  id: Type.String({ description: 'of the entry; stays through all versions' }),
  versionId: Id,
  versionNo: Type.Integer(),
  code: Type.String({ examples: ['306010/000123'] }),
  organizationId: Id,
  division: Type.String(),
  state: one(entryMachine.states),
  ...content,
  changedAt: Instant,
  submittedAt: nullable(Instant),
  publishedAt: nullable(Instant),
  reason: Maybe,
  updatedOn: nullable(Day),
  dueOn: nullable(Day),
  isLate: Type.Boolean({ description: 'the update that was due has not come' }),
})

const VersionLine = Type.Object({
  id: Id,
  versionId: Id,
  versionNo: Type.Integer(),
  code: Type.String(),
  nameZh: Type.String(),
  nameEn: Maybe,
  institution: Type.Object({ nameZh: Type.String(), nameEn: Maybe }),
  state: one(entryMachine.states),
  changedAt: Instant,
  submittedAt: nullable(Instant),
  dueOn: nullable(Day),
})
export const VersionPage = pageOf(VersionLine)
export const VersionsQuery = closed({ ...PageQuery, state: Type.Optional(one(entryMachine.states)) })

export const AttachmentShape = Type.Object({
  id: Id,
  sequenceNo: Type.Integer(),
  dataVersionId: Id,
  fileName: Type.String(),
  format: Maybe,
  rows: nullable(Type.Integer()),
  columns: Type.Integer(),
  bytes: Type.Integer(),
  sha256: Sha256,
  attachedAt: Instant,
  isReleased: Type.Boolean(),
})

const Institution = Type.Object({
  id: Id,
  nameZh: Type.String(),
  nameEn: Maybe,
  institutionKind: Maybe,
  serviceKind: Maybe,
})

export const EntryShape = Type.Object({
  ...VersionShape.properties,
  institution: Institution,
  versions: Type.Array(
    Type.Object({ versionNo: Type.Integer(), state: Type.String(), publishedAt: nullable(Instant) }),
  ),
  data: Type.Array(AttachmentShape),
})

/** Several values of one facet: `theme=a&theme=b` in an address. Any of them will do. */
const several = <S extends TSchema>(each: S) => Type.Optional(Type.Array(each, { maxItems: 30 }))
const codes = several(Type.String({ minLength: 1, maxLength: 40 }))
export const EntryQuery = {
  q: Type.Optional(Type.String({ maxLength: 100, description: '任意两个汉字，或英文词' })),
  theme: codes,
  sharing: several(one(sharingTypes)),
  opening: several(one(openingTypes)),
  cycle: codes,
  division: Type.Optional(Type.String({ pattern: '^[0-9]{6}$' })),
  institution: several(Id),
  kind: several(one(institutionKinds)),
  late: Type.Optional(Type.Boolean({ description: 'mandated entries whose update is overdue' })),
}
const Facet = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }))
export const EntriesShape = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Id,
      code: Type.String(),
      versionNo: Type.Integer(),
      nameZh: Type.String(),
      nameEn: Maybe,
      abstract: Type.String(),
      institution: Institution,
      division: Type.String(),
      sharingType: Type.String(),
      openingType: Type.String(),
      updateCycle: Type.String(),
      grade: Type.String(),
      themes: Type.Array(Type.String()),
      items: Type.Integer(),
      dataVersions: Type.Integer(),
      publishedAt: Instant,
      updatedOn: Day,
      dueOn: nullable(Day),
      isVoluntary: Type.Boolean(),
      isLate: Type.Boolean({ description: 'the day is past; for a voluntary entry a promise, not a duty' }),
    }),
  ),
  next: Maybe,
  total: nullable(Type.Integer()),
  late: nullable(Type.Integer()),
  facets: nullable(Type.Object(Object.fromEntries(entryFacets.map(name => [name, Facet])))),
})

const toItem = (item: EntryVersionRow['items'][number]) => ({
  nameZh: item.nameZh,
  nameEn: item.nameEn ?? null,
  codeName: item.codeName ?? null,
  type: item.type,
  length: item.length ?? null,
  standard: item.standard ?? null,
  sensitivity: item.sensitivity,
  meaning: item.meaning ?? null,
})

const toContent = (row: EntryVersionRow) => ({
  nameZh: row.nameZh,
  nameEn: row.nameEn,
  abstract: row.abstract,
  format: row.format,
  sharingType: row.sharingType,
  sharingBasis: row.sharingBasis,
  sharingCondition: row.sharingCondition,
  openingType: row.openingType,
  openingBasis: row.openingBasis,
  openingCondition: row.openingCondition,
  updateCycle: row.updateCycle,
  grade: row.grade as Static<typeof Grade> | null,
  placement: row.placement,
  systemOfRecord: row.systemOfRecord,
  isVoluntary: row.isVoluntary,
  dutyBasis: row.dutyBasis,
  themes: row.themes,
  securityTerms: row.securityTerms,
  relatedCodes: row.relatedCodes,
  items: row.items.map(toItem),
})

export const toVersion = ({ entry, version }: Versioned, now: Date) => ({
  id: entry.id,
  versionId: version.id,
  versionNo: version.versionNo,
  code: entry.code,
  organizationId: entry.organizationId,
  division: entry.division,
  state: version.state,
  ...toContent(version),
  changedAt: version.changedAt.toISOString(),
  submittedAt: iso(version.submittedAt),
  publishedAt: iso(version.publishedAt),
  reason: version.reason,
  updatedOn: entry.updatedOn,
  dueOn: entry.dueOn,
  isLate: version.state === 'published' && isLate(entry.dueOn, now),
})

export const toLine = ({ entry, version, institution }: ListedVersion) => ({
  id: entry.id,
  versionId: version.id,
  versionNo: version.versionNo,
  code: entry.code,
  nameZh: version.nameZh,
  nameEn: version.nameEn,
  institution: { nameZh: institution.nameZh, nameEn: institution.nameEn },
  state: version.state,
  changedAt: version.changedAt.toISOString(),
  submittedAt: iso(version.submittedAt),
  dueOn: entry.dueOn,
})

export const toAttachment = ({ row, data, isReleased }: Attached) => ({
  id: row.id,
  sequenceNo: row.sequenceNo,
  dataVersionId: row.dataVersionId,
  fileName: data.fileName,
  format: data.format,
  rows: data.rows,
  columns: data.columns.length,
  bytes: data.bytes,
  sha256: data.sha256,
  attachedAt: row.attachedAt.toISOString(),
  isReleased,
})

export const toEntry = (found: PublicEntry, data: readonly Attached[], now: Date) => ({
  ...toVersion(found, now),
  institution: {
    id: found.institution.id,
    nameZh: found.institution.nameZh,
    nameEn: found.institution.nameEn,
    institutionKind: found.institution.institutionKind,
    serviceKind: found.institution.serviceKind,
  },
  versions: found.history.map((row: EntryVersionRow) => ({
    versionNo: row.versionNo,
    state: row.state,
    publishedAt: iso(row.publishedAt),
  })),
  data: data.map(toAttachment),
})

const toHit = (hit: EntryHit) => ({
  id: hit.id,
  code: hit.code,
  versionNo: hit.version_no,
  nameZh: hit.name_zh,
  nameEn: hit.name_en,
  abstract: hit.abstract,
  institution: {
    id: hit.organization_id,
    nameZh: hit.institution_zh,
    nameEn: hit.institution_en,
    institutionKind: hit.institution_kind,
    serviceKind: hit.service_kind,
  },
  division: hit.division,
  sharingType: hit.sharing_type,
  openingType: hit.opening_type,
  updateCycle: hit.update_cycle,
  grade: hit.grade,
  themes: hit.themes,
  items: hit.items,
  dataVersions: hit.data_versions,
  publishedAt: hit.published_at,
  updatedOn: hit.updated_on,
  dueOn: hit.due_on,
  isVoluntary: hit.is_voluntary,
  isLate: hit.is_late,
})

export const toEntries = ({ hits, next, counts }: Awaited<ReturnType<typeof searchEntries>>) => ({
  items: hits.map(toHit),
  next,
  total: counts?.total ?? null,
  late: counts?.late ?? null,
  facets: counts ? Object.fromEntries(entryFacets.map(name => [name, counts[name].map(each => ({ ...each }))])) : null,
})
