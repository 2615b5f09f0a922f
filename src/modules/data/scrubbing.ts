import type { Rx } from '../../kernel/command.ts'
import type { Client } from '../../kernel/db/client.ts'
import type { FileStore } from '../../kernel/files.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Machinery, Task, Vital } from '../../kernel/task.ts'
import { digestColumns } from './dropping.ts'

/** Each stored object is read again within so many days; one in trouble is looked at again within an hour. */
const soundDays = 7
/** What one run reads at most, bytes, so that readers of files are not held up. */
const runBytes = 512 * 1024 ** 2
/** What one run looks at, at most. */
const runFiles = 200
type Verdict = 'sound' | 'damaged' | 'missing'

/** Troubles of stored files: what is damaged (set aside, so that it is never served) and what is not there. */
export interface FileTrouble {
  readonly damaged: number
  readonly missing: number
}

/** How many stored files were found damaged or missing and are so still. */
export async function fileTrouble({ sql }: Pick<Rx, 'sql'>): Promise<FileTrouble> {
  const [row] = await sql<FileTrouble[]>`
    select count(*) filter (where verdict = 'damaged')::int4 as damaged,
      count(*) filter (where verdict = 'missing')::int4 as missing
    from data.file_check where verdict <> 'sound'`
  return row!
}

/**
 * Digests that are due, the longest unseen first. That an object is missing is said of data files and their copies only:
 * elsewhere a digest may stand for a document that is made again when asked for.
 */
async function dueDigests(client: Client): Promise<{ sha256: string; isKept: boolean }[]> {
  const others = (await digestColumns({ sql: client as unknown as Rx['sql'] })).filter(each => each.schema !== 'data')
  const elsewhere = others.map(
    ({ schema, table, column }) =>
      client`union all select ${client(column)}, false from ${client(`${schema}.${table}`)} where ${client(column)} is not null`,
  )
  return client<{ sha256: string; isKept: boolean }[]>`
    select d.sha256, bool_or(d.kept) as "isKept" from (
      select sha256, true as kept from data.data_version where state in ('unscanned', 'ready', 'confirmed')
      union all select sha256, true from data.data_copy
      ${elsewhere.length === 0 ? client`` : elsewhere.reduce((all, each) => client`${all} ${each}`)}
    ) d left join data.file_check c on c.sha256 = d.sha256
    where c.sha256 is null or c.checked_at < now() - interval '1 hour' * case c.verdict when 'sound' then ${24 * soundDays} else 1 end
    group by d.sha256, c.checked_at order by c.checked_at nulls first, d.sha256 limit ${runFiles}`
}

async function look(files: FileStore, sha256: string): Promise<Verdict> {
  try {
    if (await files.verify(sha256)) return 'sound'
    await files.quarantine(sha256)
    return 'damaged'
  } catch (error) {
    // never there, or another worker set it aside a moment ago
    if (error instanceof Problem && error.type.slug === 'not-found') return 'missing'
    throw error
  }
}

/** Remembers what was found; what was damaged and is set aside stays damaged until its bytes are there again. */
const remember = (client: Client, sha256: string, verdict: Verdict) => client`
  insert into data.file_check as c (sha256, verdict, checked_at) values (${sha256}, ${verdict}, now())
  on conflict (sha256) do update set checked_at = excluded.checked_at,
    verdict = case when c.verdict = 'damaged' and excluded.verdict = 'missing' then 'damaged' else excluded.verdict end`

/**
 * Reads the due files until the run has had its share; several workers may, at worst each reads. Answers true when there
 * was more.
 */
export async function scrub({ client, kit, log }: Pick<Machinery, 'client' | 'kit' | 'log'>): Promise<boolean> {
  const due = await dueDigests(client)
  let bytes = 0
  for (const { sha256, isKept } of due) {
    if (bytes >= runBytes) return true
    const isThere = await kit.files.has(sha256)
    if (isThere) bytes += await kit.files.size(sha256)
    const verdict = isThere || isKept ? await look(kit.files, sha256) : 'sound'
    await remember(client, sha256, verdict)
    if (verdict !== 'sound') log.error({ sha256, verdict }, 'a stored file is not as it was kept')
  }
  return due.length === runFiles
}

/** Reads every stored file again once a week and compares it with its digest; bad bytes are set aside, never served. */
export function scrubbing(): Task {
  return {
    name: 'data.scrub-files',
    period: 600_000,
    run: scrub,
  }
}

export const fileVital: Vital = {
  name: 'jinshu_files_in_trouble',
  help: 'stored files whose bytes are damaged or missing',
  async measure({ client }) {
    const { damaged, missing } = await fileTrouble({ sql: client as unknown as Rx['sql'] })
    const value = damaged + missing
    return value > 0 ? { value, warning: `${damaged} stored files are damaged and ${missing} are missing` } : { value }
  },
}
