import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import type { HeldVersion } from './inspection.ts'
import { dataInspection, dataVersion } from './schema.ts'

/** What of the files that nobody could pass is asked for. */
export const heldKinds = ['held', 'proposed', 'infected'] as const
export type HeldKind = (typeof heldKinds)[number]

const held = and(eq(dataVersion.state, 'unscanned'), eq(dataInspection.verdict, 'held'))
const conditions = {
  held: and(held, isNull(dataInspection.proposedBy)),
  proposed: and(held, isNotNull(dataInspection.proposedBy)),
  infected: and(eq(dataVersion.state, 'failed'), eq(dataInspection.verdict, 'infected')),
}

/** Files that are held, or of one kind (also those in which malware was found), the oldest first; for the operator. */
export async function heldVersions(
  rx: Rx,
  query: { kind?: HeldKind | undefined; limit?: number | undefined; after?: string | undefined } = {},
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)
  const rows: HeldVersion[] = await rx.tx
    .select({ version: dataVersion, inspection: dataInspection })
    .from(dataVersion)
    .innerJoin(dataInspection, eq(dataInspection.dataVersionId, dataVersion.id))
    .where(and(query.kind ? conditions[query.kind] : held, after && sql`${dataVersion.id} > ${after[0]}::uuid`))
    .orderBy(asc(dataVersion.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.version.id],
    row => row,
  )
}

/** How many files are of each kind. */
export async function countHeld(rx: Rx): Promise<Readonly<Record<HeldKind, number>>> {
  const [row] = await rx.sql<Record<HeldKind, number>[]>`
    select count(*) filter (where v.state = 'unscanned' and i.verdict = 'held' and i.proposed_by is null)::int4 as held,
      count(*) filter (where v.state = 'unscanned' and i.verdict = 'held' and i.proposed_by is not null)::int4 as proposed,
      count(*) filter (where v.state = 'failed' and i.verdict = 'infected')::int4 as infected
    from data.data_inspection i join data.data_version v on v.id = i.data_version_id
    where i.verdict in ('held', 'infected')`
  return row!
}

/** Held files that wait for people: for a first one, or for the second. One that waits for the scanner asks nobody. */
export async function heldWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select case when i.proposed_by is null then 'held' else 'proposed' end as state, count(*)::int4 as n,
      min(coalesce(i.proposed_at, i.inspected_at)) as oldest, 0 as overdue
    from data.data_inspection i join data.data_version v on v.id = i.data_version_id
    where v.state = 'unscanned' and i.verdict = 'held'
      and (i.proposed_by is not null or not i.is_waiting or ${rx.kit.scanning.kind !== 'scanner'})
    group by 1`
  return waitingOf(rows, { held: 'data-version.propose-release', proposed: 'data-version.release' })
}

/** How files are checked for malware, and whether the scanner answers now. */
export interface ScannerHealth {
  readonly kind: 'scanner' | 'held' | 'accepted'
  readonly name: string | null
  /** why the scanner cannot be asked; null when it answers, or when there is none */
  readonly trouble: Text | null
}

const patienceMs = 2_000

/** Asks the scanner for a sign of life, not longer than a page may take. */
export async function scannerHealth({ kit }: Pick<Rx, 'kit'>): Promise<ScannerHealth> {
  const { scanning } = kit
  if (scanning.kind !== 'scanner') return { kind: scanning.kind, name: null, trouble: null }
  const { scanner } = scanning
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Text>(resolve => {
    timer = setTimeout(
      resolve,
      patienceMs,
      text('病毒检测服务没有及时应答', 'the malware scanner does not answer in time'),
    )
  })
  const trouble = await Promise.race([scanner.ping(), late]).finally(() => clearTimeout(timer))
  return { kind: 'scanner', name: scanner.name, trouble }
}
