import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoted } from './source.ts'

export interface Bounds {
  readonly memoryMebibytes: number
  /** A folder that may be written and spilled into; without one nothing can be written at all. */
  readonly folder?: string
}

export interface Engine {
  readonly connection: DuckDBConnection
  close(): void
}

/** An engine in memory, as yet bound by nothing: making one takes longer than locking it. */
export async function openEngine(): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  return {
    connection,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/**
 * An engine that may read the given files and nothing else, and whose settings can no longer be changed: no other path,
 * no network, no extension, no attachment, no secret; one thread, bounded memory, no file of its own unless a folder is
 * given. `engine`: one that was opened before.
 */
export async function lockedReader(
  files: readonly string[],
  { memoryMebibytes, folder }: Bounds,
  engine?: Engine,
): Promise<Engine> {
  const opened = engine ?? (await openEngine())
  for (const setting of [
    `memory_limit = '${memoryMebibytes}MB'`,
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
    await opened.connection.run(`SET ${setting}`)
  return opened
}
