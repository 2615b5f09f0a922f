import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { Bilingual, closed, fenToWire, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import type { Finding } from './evidence.ts'
import type { FilingExport } from './exporting.ts'
import { findingCodes, findingRules } from './findings.ts'
import type { PartyHistory } from './history.ts'
import { filingMachine } from './model.ts'
import type { Clock, Queued } from './queue.ts'
import type { Line, PublicLine, PublicStatistics, Statistics } from './statistics.ts'
import type { BulkCheck, listFilingNotes } from './supervision.ts'
import { FilingShape, toFiling } from './wire.ts'

const Day = Type.String({ format: 'date', examples: ['2026-03-31'] })
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'fen (分)' })
const Signed = Type.Integer({ description: 'fen (分)' })
const choice = <T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }))

const filters = {
  scope: Type.Optional(choice(['own', 'along'])),
  state: Type.Optional(choice(Object.keys(filingMachine.states) as (keyof typeof filingMachine.states)[])),
  division: Type.Optional(Type.String({ pattern: '^[0-9]{6}$', examples: ['140100'] })),
  text: Type.Optional(Type.String({ maxLength: 100, description: 'part of a name, code or number' })),
  amountFrom: Type.Optional(Amount),
  amountTo: Type.Optional(Amount),
  receivedFrom: Type.Optional(Day),
  receivedTo: Type.Optional(Day),
  isOverdue: Type.Optional(Type.Boolean()),
  containsPersonalInfo: Type.Optional(Type.Boolean()),
  isPublicData: Type.Optional(Type.Boolean()),
  grade: Type.Optional(Type.String({ maxLength: 20 })),
  isCorrected: Type.Optional(Type.Boolean()),
  hasFindings: Type.Optional(Type.Boolean()),
  finding: Type.Optional(choice(findingCodes)),
  sort: Type.Optional(choice(['due', 'newest', 'oldest', 'amount'])),
}
export const QueueQueryShape = closed({ ...PageQuery, ...filters })

const ClockShape = Type.Object({
  dueAt: Instant,
  workingDaysLeft: Type.Integer(),
  isLate: Type.Boolean(),
  isProvisional: Type.Boolean(),
})
const FindingBrief = Type.Object({ code: Type.String({ enum: findingCodes }), title: Bilingual })
export const QueueShape = Type.Object({
  ...pageOf(
    Type.Object({
      ...FilingShape.properties,
      clock: nullable(ClockShape),
      grade: Type.String(),
      containsPersonalInfo: Type.Boolean(),
      isPublicData: Type.Boolean(),
      findings: Type.Array(FindingBrief),
    }),
  ).properties,
  counts: Type.Array(Type.Object({ state: FilingShape.properties.state, count: Type.Integer(), late: Type.Integer() })),
})
export const FindingsShape = Type.Object({
  items: Type.Array(
    Type.Object({
      ...FindingBrief.properties,
      rule: Bilingual,
      detail: Bilingual,
      related: Type.Array(Type.Object({ kind: Type.String(), id: Id, number: nullable(Type.String()) })),
    }),
  ),
})
export const PartiesShape = Type.Object({
  items: Type.Array(
    Type.Object({
      side: choice(['vendor', 'buyer']),
      organizationId: Id,
      name: Type.String(),
      uscc: Type.String(),
      division: Type.String(),
      state: Type.String(),
      trades: Type.Integer(),
      amountFen: Signed,
      corrections: Type.Integer(),
      referrals: Type.Integer(),
      firstAt: nullable(Instant),
      recent: Type.Array(FilingShape),
      troubled: Type.Array(
        Type.Object({
          id: Id,
          number: Type.String(),
          state: Type.String(),
          isDisputed: Type.Boolean(),
          productName: Type.String(),
          endedAt: nullable(Instant),
        }),
      ),
    }),
  ),
})

export const NoteBody = closed({
  body: Type.String({ minLength: 1, maxLength: 4000, examples: ['已电话核实使用场景'] }),
})
export const NoteShape = Type.Object({
  id: Id,
  body: Type.String(),
  personName: nullable(Type.String()),
  organizationName: Type.String(),
  notedAt: Instant,
})
export const NotesShape = Type.Object({ items: Type.Array(NoteShape) })
export const PassManyBody = closed({
  ids: Type.Array(Id, { minItems: 1, maxItems: 100, description: 'filings, each once' }),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
})
export const BulkCheckShape = Type.Object({
  id: Id,
  passed: Type.Integer(),
  refused: Type.Integer(),
  results: Type.Array(
    Type.Object({
      filingId: Id,
      number: nullable(Type.String()),
      isPassed: Type.Boolean(),
      reason: nullable(Bilingual),
    }),
  ),
  checkedAt: Instant,
})
export const ExportBody = closed({
  ...filters,
  format: choice(['csv', 'xlsx']),
  language: Type.Optional(choice(['zh-CN', 'en'])),
})
export const ExportShape = Type.Object({
  id: Id,
  format: Type.String(),
  rows: Type.Integer(),
  sha256: Sha256,
  exportedAt: Instant,
})
export const StatisticsQueryShape = closed({ from: Type.Optional(Day), to: Type.Optional(Day) })
const LineShape = Type.Object({
  key: Type.String(),
  name: Bilingual,
  trades: Type.Integer(),
  amountFen: Signed,
  checked: Type.Integer(),
  corrections: Type.Integer(),
  late: Type.Integer(),
  personal: Type.Integer({ description: 'trades with personal information' }),
})
export const StatisticsShape = Type.Object({
  from: Day,
  to: Day,
  total: LineShape,
  byCity: Type.Array(LineShape),
  byIndustry: Type.Array(LineShape),
  byMonth: Type.Array(LineShape),
})

const PublicLineShape = Type.Object({
  key: Type.String(),
  name: Bilingual,
  trades: Type.Integer(),
  checked: Type.Integer(),
  amountFen: nullable(Type.Integer({ description: 'fen (分); null where it would tell the price of a single trade' })),
})
export const PublicStatisticsShape = Type.Object({
  from: Day,
  to: Day,
  total: PublicLineShape,
  byCity: Type.Array(PublicLineShape),
  byIndustry: Type.Array(PublicLineShape),
  byMonth: Type.Array(PublicLineShape),
})

const toPublicLine = (line: PublicLine) => ({
  ...line,
  amountFen: line.amountFen === null ? null : fenToWire(line.amountFen),
})

/** The public statistics. */
export const toPublicStatistics = (found: PublicStatistics) => ({
  from: found.from,
  to: found.to,
  total: toPublicLine(found.total),
  byCity: found.byCity.map(toPublicLine),
  byIndustry: found.byIndustry.map(toPublicLine),
  byMonth: found.byMonth.map(toPublicLine),
})

const toClock = (clock: Clock | null) => clock && { ...clock, dueAt: clock.dueAt.toISOString() }

/** A filing in the queue. */
export const toQueued = ({ row, findings, clock }: Queued, now: Date) => ({
  ...toFiling(row, now),
  clock: toClock(clock),
  grade: row.grade,
  containsPersonalInfo: row.containsPersonalInfo,
  isPublicData: row.isPublicData,
  findings: findings.map(code => ({ code, title: findingRules[code].title })),
})

/** What looks wrong, with the facts it rests on. */
export const toFinding = ({ related, ...rest }: Finding) => ({ ...rest, related: related.map(each => ({ ...each })) })

/** A party with its history. */
export const toParty = (party: PartyHistory, now: Date) => ({
  side: party.side,
  organizationId: party.organization.id,
  name: party.organization.nameZh,
  uscc: party.organization.uscc,
  division: party.organization.division,
  state: party.organization.state,
  trades: party.trades,
  amountFen: fenToWire(party.amountFen),
  corrections: party.corrections,
  referrals: party.referrals,
  firstAt: iso(party.firstAt),
  recent: party.recent.map(row => toFiling(row, now)),
  troubled: party.troubled.map(each => ({ ...each, endedAt: iso(each.endedAt) })),
})

/** An internal note with its author. */
export const toNote = (note: Awaited<ReturnType<typeof listFilingNotes>>[number]) => ({
  id: note.id,
  body: note.body,
  personName: note.personName,
  organizationName: note.organizationName,
  notedAt: note.notedAt.toISOString(),
})

/** What became of a bulk check. */
export const toBulkCheck = (row: BulkCheck) => ({
  id: row.id,
  passed: row.results.filter(each => each.isPassed).length,
  refused: row.results.filter(each => !each.isPassed).length,
  results: row.results.map(each => ({ ...each })),
  checkedAt: row.checkedAt.toISOString(),
})

/** An export that was made. */
export const toExport = ({ id, format, rows, sha256, exportedAt }: FilingExport) => ({
  id,
  format,
  rows,
  sha256,
  exportedAt: exportedAt.toISOString(),
})

const toLine = (line: Line) => ({ ...line, amountFen: fenToWire(line.amountFen) })

/** The statistics of a jurisdiction. */
export const toStatistics = (found: Statistics) => ({
  from: found.from,
  to: found.to,
  total: toLine(found.total),
  byCity: found.byCity.map(toLine),
  byIndustry: found.byIndustry.map(toLine),
  byMonth: found.byMonth.map(toLine),
})
