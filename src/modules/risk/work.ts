import type { Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { requireOrganization } from '../identity/index.ts'
import { endingBefore } from './release.ts'

/** What a provider has to do at the gate: risks to handle, releases that end, assessments, grades; what ended. */
export const gateTasks = ['handle', 'renew', 'assess', 'grade', 'ended'] as const
export type GateTask = (typeof gateTasks)[number]

/** One data version with something to do. */
export interface GateItem {
  readonly dataVersionId: string
  readonly fileName: string
  readonly rows: number | null
  /** until when it is to be done, or was; null where no clock runs */
  readonly dueAt: Date | null
}

interface Row {
  readonly id: string
  readonly file_name: string
  readonly rows: string | null
  readonly due_at: string | null
}

/** No assessment of the version is on its way. */
const isIdle = (rx: Rx) => rx.sql`not exists (select from risk.assessment w where w.data_version_id = d.id
  and w.state in ('submitted', 'reviewing', 'risk_found', 'handling', 'feedback', 're_reviewing', 'withheld'))`

/** Versions of the own organisation with a task, as SQL over `d` (version), `r` (release) and `a` (assessment). */
function having(rx: Rx, task: GateTask) {
  const { sql } = rx
  switch (task) {
    case 'handle':
      return sql`a.state = 'handling'`
    case 'renew':
      return sql`r.state = 'released' and r.valid_until <= ${endingBefore(rx.now).toISOString()}::timestamptz
        and ${isIdle(rx)}`
    case 'assess':
      return sql`a.state = 'assessing'`
    case 'grade':
      return sql`d.state = 'confirmed' and r.data_version_id is null
        and exists (select from data.data_scan s where s.data_version_id = d.id)
        and not exists (select from risk.data_grade g where g.data_version_id = d.id)
        and not exists (select from data.data_version c where c.derived_from_id = d.id and c.state <> 'discarded')`
    default:
      return sql`r.state = 'ended' and (a.id is null or a.state in ('stale', 'expired'))`
  }
}

const from = (rx: Rx) => rx.sql`data.data_version d
  left join risk.release r on r.data_version_id = d.id
  left join lateral (select l.id, l.state, l.due_at from risk.assessment l where l.data_version_id = d.id
    order by l.id desc limit 1) a on true`

const due = (rx: Rx, task: GateTask) =>
  task === 'renew' || task === 'ended' ? rx.sql`r.valid_until` : task === 'handle' ? rx.sql`a.due_at` : rx.sql`null`

/** How many versions of the own organisation have each task, and the first day by which one is to be done. */
export async function countGateWork(rx: Rx): Promise<Map<GateTask, { count: number; dueAt: Date | null }>> {
  const found = new Map<GateTask, { count: number; dueAt: Date | null }>()
  for (const task of gateTasks) {
    const [row] = await rx.sql<{ n: number; due_at: string | null }[]>`
      select count(*)::int4 as n, min(${due(rx, task)}::timestamptz) as due_at from ${from(rx)}
      where d.organization_id = ${requireOrganization(rx.actor)} and ${having(rx, task)}`
    found.set(task, { count: row!.n, dueAt: row!.due_at === null ? null : new Date(row!.due_at) })
  }
  return found
}

/** The versions of the own organisation with a task, the newest first. */
export async function listGateWork(rx: Rx, query: { task: GateTask; limit?: number; after?: string | undefined }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await rx.sql<Row[]>`
    select d.id, d.file_name, d.rows, ${due(rx, query.task)}::timestamptz as due_at from ${from(rx)}
    where d.organization_id = ${requireOrganization(rx.actor)} and ${having(rx, query.task)}
      and ${after ? rx.sql`d.id < ${after}::uuid` : rx.sql`true`}
    order by d.id desc limit ${limit + 1}`
  return toPage<Row, GateItem>(
    [...rows],
    limit,
    row => [row.id],
    row => ({
      dataVersionId: row.id,
      fileName: row.file_name,
      rows: row.rows === null ? null : Number(row.rows),
      dueAt: row.due_at === null ? null : new Date(row.due_at),
    }),
  )
}
