import type { Rx } from '../../kernel/command.ts'
import { Problem, unsupportedMedia } from '../../kernel/problem.ts'
import { unreadableFile } from './engine/index.ts'
import type { Surroundings } from './upload.ts'

/** Whether a reading failed because of what is in the file: reading it again would say the same. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Problem && [unreadableFile.type.slug, unsupportedMedia.type.slug].includes(error.type.slug)

/** A column that holds digests of stored files. */
export interface DigestColumn {
  readonly schema: string
  readonly table: string
  readonly column: string
}

/** Every column of any module in which a digest may stand, save what is only known of one. */
export const digestColumns = ({ sql }: Pick<Rx, 'sql'>): Promise<DigestColumn[]> =>
  sql<DigestColumn[]>`
    select table_schema as schema, table_name as table, column_name as column from information_schema.columns
    where data_type = 'text' and (column_name = 'sha256' or column_name like '%\\_sha256')
      and table_schema not in ('pg_catalog', 'information_schema') and table_name <> 'file_check' order by 1, 2, 3`

/**
 * Whether anything of the exchange still goes by a digest: every column that holds one is asked, whoever's table it is,
 * because the store is shared (a contract's document may be sent here as a file that is no table). Only versions that
 * could not be read do not count.
 */
async function isReferred(rx: Rx, sha256: string): Promise<boolean> {
  for (const { schema, table, column } of await digestColumns(rx)) {
    const isVersions = schema === 'data' && table === 'data_version'
    const [found] = await rx.sql`
      select from ${rx.sql(`${schema}.${table}`)} where ${rx.sql(column)} = ${sha256}
        ${isVersions ? rx.sql`and state <> 'failed' and not (state = 'discarded' and columns is null)` : rx.sql``}
      limit 1`
    if (found) return true
  }
  return false
}

/** Removes the bytes of a file that could not be read, unless anything else goes by them. */
export async function dropBytes({ engine, actor }: Surroundings, sha256: string): Promise<void> {
  if (await engine.read(actor, rx => isReferred(rx, sha256))) return
  await engine.kit.files.remove(sha256)
}
