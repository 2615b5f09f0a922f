import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { heldKinds } from './holding.ts'
import { type HeldVersion, verdictWords } from './inspection.ts'
import { maskMethods, uploadMachine } from './model.ts'
import type { QuotaState } from './quota.ts'
import type { InspectionRow, UploadRow } from './schema.ts'

export const QuotaShape = Type.Object({
  organizationId: Id,
  usedBytes: Type.Integer({
    description: 'bytes of all versions, also of those put away; none of files that could not be read',
  }),
  usedVersions: Type.Integer(),
  comingBytes: Type.Integer({ description: 'bytes of files that are being uploaded: their place is taken' }),
  comingVersions: Type.Integer(),
  bytes: Type.Integer({ description: 'what may be stored' }),
  versions: Type.Integer(),
  reason: nullable(Type.String({ description: "the operator's; null while the usual limits hold" })),
  setAt: nullable(Instant),
})

export const toQuota = (state: QuotaState) => ({ ...state, setAt: iso(state.setAt) })

export const QuotaBody = closed({
  bytes: Type.Integer({ minimum: 0, maximum: 2 ** 50, examples: [10_737_418_240] }),
  versions: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, examples: [500] }),
  reason: Type.String({ minLength: 2, maxLength: 1000, examples: ['年度数据归集，规模已核实'] }),
})

export const UploadShape = Type.Object({
  id: Id,
  fileName: Type.String(),
  bytes: Type.Integer(),
  offset: Type.Integer({ description: 'bytes that have arrived' }),
  state: Type.String({ enum: Object.keys(uploadMachine.states) }),
  dataVersionId: nullable(Id),
  startedAt: Instant,
  expiresAt: Instant,
})

export const toUpload = (row: UploadRow, offset: number) => ({
  id: row.id,
  fileName: row.fileName,
  bytes: row.bytes,
  offset,
  state: row.state,
  dataVersionId: row.dataVersionId,
  startedAt: row.startedAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
})

export const HeldShape = Type.Object({
  id: Id,
  organizationId: Id,
  fileName: Type.String(),
  sha256: Sha256,
  bytes: Type.Integer(),
  state: Type.String(),
  verdict: Type.String(),
  reason: nullable(Bilingual),
  signature: nullable(Type.String({ description: 'name of the malware that was found' })),
  isWaiting: Type.Boolean({ description: 'held only until the scanner answers' }),
  inspectedAt: Instant,
  proposedReason: nullable(Type.String()),
  proposedAt: nullable(Instant),
})
export const HeldList = pageOf(HeldShape)
export const HeldQuery = closed({
  ...PageQuery,
  kind: Type.Optional(
    Type.String({
      enum: [...heldKinds],
      description: 'held: no release is proposed yet; proposed: a second person decides; infected: malware was found',
    }),
  ),
})

export const toHeld = ({ version, inspection }: HeldVersion) => ({
  id: version.id,
  organizationId: version.organizationId,
  fileName: version.fileName,
  sha256: version.sha256,
  bytes: version.bytes,
  state: version.state,
  verdict: inspection.verdict,
  reason: inspection.reason,
  signature: inspection.signature,
  isWaiting: inspection.isWaiting,
  inspectedAt: inspection.inspectedAt.toISOString(),
  proposedReason: inspection.proposedReason,
  proposedAt: iso(inspection.proposedAt),
})

export const InspectionShape = Type.Object({
  verdict: nullable(
    Type.String({
      enum: ['clean', 'accepted', 'inherited', 'released', 'held', 'infected'],
      description: 'null until the file was looked at',
    }),
  ),
  words: nullable(Bilingual),
  reason: nullable(Bilingual),
  scanner: nullable(Type.String()),
  signature: nullable(Type.String()),
  isReleaseProposed: Type.Boolean(),
  inspectedAt: nullable(Instant),
})

export const toInspection = (row: InspectionRow | undefined) => ({
  verdict: row?.verdict ?? null,
  words: (row && verdictWords[row.verdict]) ?? null,
  reason: row?.reason ?? null,
  scanner: row?.scanner ?? null,
  signature: row?.signature ?? null,
  isReleaseProposed: row?.proposedBy != null && row.verdict === 'held',
  inspectedAt: iso(row?.inspectedAt ?? null),
})

export const MaskBody = closed({
  columns: Type.Array(
    closed({
      name: Type.String({ minLength: 1, maxLength: 1000, examples: ['身份证号'] }),
      method: Type.String({
        enum: ['keep', ...Object.keys(maskMethods)],
        description:
          'remove the column; mask: all but a few characters; hash: keyed, the same value always gives the same; generalise: ranges, months, cities',
        examples: ['hash'],
      }),
    }),
    { minItems: 1, maxItems: 2000 },
  ),
})
