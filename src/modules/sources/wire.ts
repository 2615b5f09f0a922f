import { type Static, Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import type { DataElement } from './elements.ts'
import { sourceMachine } from './model.ts'
import type { ItemSource, SourceFile, SourceLine } from './queries.ts'
import { type ElementStanding, standings } from './register.ts'
import type { DisputeRow, SourceRow } from './schema.ts'

export const Code = Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$', examples: ['citizen-id'] })
const Said = (maxLength: number, example: string) =>
  Type.String({ minLength: 2, maxLength, pattern: '\\S', examples: [example] })
const Maybe = nullable(Type.String())
const Day = Type.String({ format: 'date' })
const Count = Type.Integer({ minimum: 0 })
const State = Type.String({ enum: Object.keys(sourceMachine.states) })
const Division = Type.String({ pattern: '^[0-9]{6}$', examples: ['140100'] })
const Names = (maxItems: number) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems }))
const Item = Type.String({ minLength: 1, maxLength: 120, examples: ['身份证号'] })

export const CodeParams = closed({ code: Code })

export const RegisterBody = closed({
  identifier: Code,
  nameZh: Said(60, '公民身份号码'),
  nameEn: Said(80, 'Citizen identity number'),
  definition: Said(300, '公安机关为公民编定的唯一、终身不变的身份代码'),
  definitionEn: Said(300, 'The one lifelong number that the police assign to a citizen'),
  standard: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
  synonyms: Names(30),
  columns: Names(30),
})

export const ConfirmBody = closed({ entryId: Id, itemName: Item, element: Code, isCarried: Type.Boolean() })
export const ProposeBody = closed({
  element: Code,
  entryId: Id,
  itemName: Item,
  dutyBasis: Said(500, '《居民身份证法》第三条：由公安机关编制'),
})
export const DisputeBody = closed({
  entryId: Id,
  itemName: Item,
  reason: Said(1000, '本机构的登记更早，且按日更新'),
  evidence: Said(2000, '登记簿自 2019 年起连续，见目录条目'),
})
export const AnswerBody = closed({ answer: Said(2000, '登记簿只含本市户籍人口，不能作为来源') })
export const DecideBody = closed({
  reason: Said(1000, '法定职责清楚，其余机构无异议'),
  replaces: Type.Optional(Type.String({ format: 'uuid', description: 'the source in force that makes way' })),
})
export const AwardBody = closed({ ...DecideBody.properties, disputeId: Id })

export const ElementQuery = {
  q: Type.Optional(Type.String({ maxLength: 60, description: '名称、同义名称、标识或标准' })),
  division: Type.Optional(Division),
  state: Type.Optional(Type.Unsafe<(typeof standings)[number]>(Type.String({ enum: [...standings] }))),
}
export const SourceQuery = {
  ...PageQuery,
  element: Type.Optional(Code),
  division: Type.Optional(Division),
  state: Type.Optional(State),
}

const ElementShape = Type.Object({
  code: Code,
  nameZh: Type.String(),
  nameEn: Type.String(),
  definition: Type.String(),
  definitionEn: Type.String(),
  standard: Maybe,
  synonyms: Type.Array(Type.String()),
  columns: Type.Array(Type.String()),
})

const StandingShape = Type.Object({
  ...ElementShape.properties,
  items: Count,
  institutions: Count,
  repeated: Count,
  inForce: Count,
  open: Count,
  disputed: Count,
  late: Count,
  vacant: Count,
})

export const RegisterShape = Type.Object({
  items: Type.Array(StandingShape),
  next: Maybe,
  total: Count,
  counts: Type.Object(Object.fromEntries(standings.map(each => [each, Count]))),
})

export const LineShape = Type.Object({
  id: Id,
  number: Type.String(),
  elementCode: Code,
  division: Division,
  institution: Type.Object({ id: Id, nameZh: Type.String(), nameEn: Maybe }),
  entry: Type.Object({ id: Id, code: Type.String(), nameZh: Type.String(), nameEn: Maybe, dueOn: nullable(Day) }),
  itemName: Type.String(),
  dutyBasis: Type.String(),
  state: State,
  disputes: Count,
  proposedAt: Instant,
  objectionsUntil: nullable(Instant),
  dueAt: nullable(Instant),
  decidedAt: nullable(Instant),
  reason: Maybe,
  endedAt: nullable(Instant),
  isLate: Type.Boolean({ description: 'the update of its entry is overdue' }),
})
export const LinePage = pageOf(LineShape)

export const DisputeShape = Type.Object({
  id: Id,
  sourceId: Id,
  organizationId: Id,
  entryId: Id,
  itemName: Type.String(),
  reason: Type.String(),
  evidence: Type.String(),
  raisedAt: Instant,
  answer: Maybe,
  answeredAt: nullable(Instant),
  outcome: Maybe,
})

export const MovedShape = Type.Object({
  id: Id,
  number: Type.String(),
  elementCode: Code,
  division: Division,
  entryId: Id,
  itemName: Type.String(),
  state: State,
  objectionsUntil: nullable(Instant),
  dueAt: nullable(Instant),
})

export const FileShape = Type.Object({
  ...LineShape.properties,
  current: nullable(LineShape),
  objections: Type.Array(DisputeShape),
})

export const CarrierShape = Type.Object({
  entry: Type.Object({ id: Id, code: Type.String(), nameZh: Type.String(), nameEn: Maybe }),
  institution: Type.Object({ id: Id, nameZh: Type.String(), nameEn: Maybe }),
  division: Type.String(),
  itemName: Type.String(),
  elementCode: Code,
  because: Bilingual,
  isConfirmed: Type.Boolean(),
  isSource: Type.Boolean(),
  isRepeated: Type.Boolean({ description: 'another item is the authoritative source for its division' }),
  source: nullable(LineShape),
})
export const CarrierPage = pageOf(CarrierShape)

export const ElementFileShape = Type.Object({
  ...ElementShape.properties,
  sources: Type.Array(LineShape),
  history: Type.Array(LineShape),
})

export const toElement = (of: DataElement) => ({
  code: of.code,
  nameZh: of.nameZh,
  nameEn: of.nameEn,
  definition: of.definition,
  definitionEn: of.definitionEn,
  standard: of.standard,
  synonyms: [...of.synonyms],
  columns: [...of.columns],
})

export const toStanding = ({ element, ...counts }: ElementStanding) => ({ ...toElement(element), ...counts })

export const toLine = (of: SourceLine): Static<typeof LineShape> => ({
  id: of.id,
  number: of.number,
  elementCode: of.elementCode,
  division: of.division,
  institution: { id: of.organizationId, nameZh: of.institution, nameEn: of.institutionEn },
  entry: { id: of.entryId, code: of.entryCode, nameZh: of.entryName, nameEn: of.entryNameEn, dueOn: of.dueOn },
  itemName: of.itemName,
  dutyBasis: of.dutyBasis,
  state: of.state,
  disputes: of.disputes,
  proposedAt: of.proposedAt.toISOString(),
  objectionsUntil: iso(of.objectionsUntil),
  dueAt: iso(of.dueAt),
  decidedAt: iso(of.decidedAt),
  reason: of.reason,
  endedAt: iso(of.endedAt),
  isLate: of.isLate,
})

export const toMoved = (row: SourceRow) => ({
  id: row.id,
  number: row.number,
  elementCode: row.elementCode,
  division: row.division,
  entryId: row.entryId,
  itemName: row.itemName,
  state: row.state,
  objectionsUntil: iso(row.objectionsUntil),
  dueAt: iso(row.dueAt),
})

export const toDispute = (row: DisputeRow) => ({
  id: row.id,
  sourceId: row.sourceId,
  organizationId: row.organizationId,
  entryId: row.entryId,
  itemName: row.itemName,
  reason: row.reason,
  evidence: row.evidence,
  raisedAt: row.raisedAt.toISOString(),
  answer: row.answer,
  answeredAt: iso(row.answeredAt),
  outcome: row.outcome,
})

export const toFile = ({ line, disputes, current }: SourceFile) => ({
  ...toLine(line),
  current: current ? toLine(current) : null,
  objections: disputes.map(toDispute),
})

export const toCarrier = (of: ItemSource) => ({
  entry: { id: of.item.entryId, code: of.item.entryCode, nameZh: of.item.entryName, nameEn: of.item.entryNameEn },
  institution: { id: of.item.organizationId, nameZh: of.item.institution, nameEn: of.item.institutionEn },
  division: of.item.division,
  itemName: of.item.itemName,
  elementCode: of.element.code,
  because: of.because,
  isConfirmed: of.isConfirmed,
  isSource: of.isSource,
  isRepeated: of.source !== null && !of.isSource,
  source: of.source ? toLine(of.source) : null,
})
