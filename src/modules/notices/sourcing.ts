import type { Cx } from '../../kernel/command.ts'
import { organizationOf } from '../identity/index.ts'
import { disputesOf, elementByCode, holdersOf, type SourceRow, sourceById } from '../sources/index.ts'
import { authorityId, type Draft, type Hear, idIn, named, operatorId } from './draft.ts'
import type { Kind, Params } from './words.ts'

/** What is told of a source to the members of an organisation, on the page where they see or do it. */
async function told(cx: Cx, row: SourceRow, to: string, kind: Kind, more: Params = {}): Promise<Draft> {
  const element = await elementByCode(cx, row.elementCode)
  return {
    kind,
    to,
    subject: ['source', row.id],
    href: `/source-proposals/${row.id}`,
    params: {
      number: row.number,
      product: element.nameZh,
      productEn: element.nameEn,
      ...named(await organizationOf(cx, row.organizationId)),
      ...more,
    },
  }
}

const many = (cx: Cx, row: SourceRow, ids: readonly string[], kind: Kind, more: Params = {}): Promise<Draft[]> =>
  Promise.all([...new Set(ids)].map(id => told(cx, row, id, kind, more)))

/** Who decides: the authority of the jurisdiction where somebody objects, else the operator. */
async function decider(cx: Cx, row: SourceRow): Promise<string> {
  const disputes = await disputesOf(cx, row.id)
  const authority = disputes.length > 0 ? await authorityId(cx, row.division) : undefined
  return authority ?? (await operatorId(cx))
}

const due = (at: Date | null): Params => ({ dueAt: at?.toISOString() ?? null })

/** Everybody whom a source that went away concerns: who holds the element there, and who decides on the next one. */
async function vacancy(cx: Cx, row: SourceRow): Promise<Draft[]> {
  const holders = await holdersOf(cx, row.elementCode, row.division)
  return many(cx, row, [row.organizationId, await operatorId(cx), ...holders], 'source.vacant', { reason: row.reason })
}

const moves: Readonly<Record<string, (cx: Cx, row: SourceRow) => Promise<Draft[]>>> = {
  propose: async (cx, row) => {
    const holders = await holdersOf(cx, row.elementCode, row.division)
    const others = holders.filter(id => id !== row.organizationId)
    return many(cx, row, others, 'source.proposed', due(row.objectionsUntil))
  },
  dispute: async (cx, row) => {
    const last = (await disputesOf(cx, row.id)).at(-1)
    const objector = last && named(await organizationOf(cx, last.organizationId))
    return [await told(cx, row, row.organizationId, 'source.disputed', { ...objector, ...due(row.dueAt) })]
  },
  answer: async (cx, row) =>
    many(
      cx,
      row,
      (await disputesOf(cx, row.id)).map(each => each.organizationId),
      'source.answered',
    ),
  conclude: async (cx, row) => [await told(cx, row, await decider(cx, row), 'source.to-decide', due(row.dueAt))],
  adopt: async (cx, row) => {
    const holders = await holdersOf(cx, row.elementCode, row.division)
    return many(cx, row, [row.organizationId, ...holders], 'source.adopted', { reason: row.reason })
  },
  refuse: async (cx, row) => {
    const objectors = (await disputesOf(cx, row.id)).map(each => each.organizationId)
    return many(cx, row, [row.organizationId, ...objectors], 'source.refused', { reason: row.reason })
  },
  replace: async (cx, row) => [await told(cx, row, row.organizationId, 'source.replaced')],
  withdraw: async (cx, row) => (row.decidedAt === null ? [] : vacancy(cx, row)),
  vacate: vacancy,
  lapse: async (cx, row) => [await told(cx, row, row.organizationId, 'source.lapsed')],
}

const moved: Hear = async (cx, payload) => {
  const say = moves[String(payload.move)]
  const row = await sourceById(cx, idIn(payload, 'sourceId'))
  // what was overtaken in the same breath is not told, but that one may object as long as one may
  const isStanding = row.state === payload.to || (payload.move === 'propose' && row.state === 'disputed')
  return say && isStanding ? say(cx, row) : []
}

/** What happens to authoritative sources, as people hear of it. */
export const sourcing: Readonly<Record<string, Hear>> = {
  'sources.source-moved': moved,
  'sources.decision-overdue': async (cx, payload) => {
    const row = await sourceById(cx, idIn(payload, 'sourceId'))
    return row.state === 'ready' ? [await told(cx, row, await decider(cx, row), 'source.overdue', due(row.dueAt))] : []
  },
}
