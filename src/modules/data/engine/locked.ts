import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoted } from './source.ts'

export interface Bounds {
  readonly memoryMebibytes: number
  /** A folder that may be written and spilled into; without one nothing can be written at all. */
  readonly folder?: string
}

/**
 * An engine that may read the given files and nothing else, and whose settings can no longer be changed: no other path,
 * no network, no extension, no attachment, no secret; one thread, bounded memory, no file of its own unless a folder is
 * given.
 */
export async function lockedReader(
  files: readonly string[],
  { memoryMebibytes, folder }: Bounds,
): Promise<{ connection: DuckDBConnection; close: () => void }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: `${memoryMebibytes}MB` })
  const connection = await instance.connect()
  for (const setting of [
    folder ? `temp_directory = ${quoted(join(folder, 'spill'))}` : "temp_directory = ''",
    `max_temp_directory_size = '${folder ? '4GB' : '0KB'}'`,
    "TimeZone = 'Asia/Shanghai'",
    'max_expression_depth = 400',
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    `allowed_paths = [${files.map(quoted).join(', ')}]`,
    ...(folder ? [`allowed_directories = [${quoted(`${folder}/`)}]`] : []),
    'enable_external_access = false',
    'lock_configuration = true',
  ])
    await connection.run(`SET ${setting}`)
  return {
    connection,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
