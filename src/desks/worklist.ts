import { Type } from 'typebox'
import type { Rx } from '../kernel/command.ts'
import { type Route, read } from '../kernel/http/route.ts'
import { type Text, text } from '../kernel/text.ts'
import { Bilingual, Instant, iso, nullable } from '../kernel/wire.ts'
import { buyerWork } from './buyer/work.ts'
import { regulatorWork } from './regulator/work.ts'
import { gateWork } from './risk/tasks.tsx'
import { vendorWork } from './vendor/work.ts'

/** Something that waits for the acting organisation: what, how many, until when, and where it is done. */
export interface WorkItem {
  /** `<side>.<what>`, stable: `vendor.draft` */
  readonly kind: string
  readonly count: number
  /** the earliest day by which one of them must be done */
  readonly dueAt: Date | null
  /** the page on which it is done */
  readonly href: string
  /** the whole sentence, with the count in it */
  readonly words: Text
}

/** What waits for an organisation in one of its capacities; empty where it has nothing to do with that. */
export type WorkSource = (rx: Rx) => Promise<WorkItem[]>

const institutionWork: WorkSource = async rx =>
  rx.actor.roles.includes('institution') && rx.actor.organizationId !== null ? gateWork(rx, 'institution') : []

const sources: readonly WorkSource[] = [vendorWork, institutionWork, buyerWork, regulatorWork]

const time = (item: WorkItem): number => item.dueAt?.getTime() ?? Number.POSITIVE_INFINITY

/** Everything that waits for the acting organisation: what is due first comes first, what has no day comes last. */
export async function workList(rx: Rx): Promise<WorkItem[]> {
  const found: WorkItem[] = []
  for (const source of sources) found.push(...(await source(rx)))
  return found.sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)))
}

const WorkListShape = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: Type.String({ examples: ['vendor.draft'] }),
      count: Type.Integer(),
      dueAt: nullable(Instant),
      isOverdue: Type.Boolean(),
      href: Type.String({ examples: ['/vendor/listings?state=draft'] }),
      words: Bilingual,
    }),
  ),
})

export const routes: Route[] = [
  read({
    at: 'GET /work-list',
    operation: 'readWorkList',
    permission: 'work-list.read',
    tag: 'desks',
    summary: text('本机构待办事项', 'What waits for the organisation'),
    reply: WorkListShape,
    run: async rx => ({
      items: (await workList(rx)).map(({ dueAt, ...item }) => ({
        ...item,
        dueAt: iso(dueAt),
        isOverdue: dueAt !== null && dueAt < rx.now,
      })),
    }),
  }),
]
