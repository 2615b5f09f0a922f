import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Memory in use at which a process is ended: the engine's own limit of 512 MB, the heap, and the programs. */
const MOST_RESIDENT_BYTES = 1_300_000_000
const WATCH_MS = 200
/** A last wall behind that. Not lower: allocators map several times what they use (5 GB for 0.5 GB in use). */
const DATA_BYTES = 12_000_000_000
const PAGE_BYTES = 4096
const PRLIMIT = '/usr/bin/prlimit'

export interface ProcessLimits {
  readonly heapMebibytes: number
  /** processor time in its whole life; none for processes that stay */
  readonly cpuSeconds?: number
  /** the largest file that it may write; 0: none at all */
  readonly fileBytes?: number
}

/** How one of the engine's programs (`child`, `reader`) is started within limits. */
export function commandOf(program: string, args: readonly string[], limits: ProcessLimits): [string, string[]] {
  const isSource = import.meta.url.endsWith('.ts')
  const file = fileURLToPath(new URL(`./${program}.${isSource ? 'ts' : 'js'}`, import.meta.url))
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : []
  const node = [process.execPath, `--max-old-space-size=${limits.heapMebibytes}`, ...loader, file, ...args]
  if (!existsSync(PRLIMIT)) return [process.execPath, node.slice(1)]
  const walls = [
    `--data=${DATA_BYTES}`,
    '--core=0',
    '--nofile=512',
    ...(limits.cpuSeconds === undefined ? [] : [`--cpu=${limits.cpuSeconds}`]),
    ...(limits.fileBytes === undefined ? [] : [`--fsize=${limits.fileBytes}`]),
  ]
  return [PRLIMIT, [...walls, ...node]]
}

/** Nothing of the server's environment: an engine that reads strangers' files holds no secrets. */
export const bareEnvironment = (folder: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  TMPDIR: folder,
  TZ: 'UTC',
  LANG: 'C.UTF-8',
  MALLOC_ARENA_MAX: '2',
  TSX_DISABLE_CACHE: '1',
})

/** Ends a process that holds more memory than allowed; where the system does not tell, other limits remain. */
export function watchMemory(child: ChildProcess): NodeJS.Timeout {
  return setInterval(() => {
    readFile(`/proc/${child.pid}/statm`, 'utf8').then(
      pages => {
        if (Number(pages.split(' ')[1]) * PAGE_BYTES > MOST_RESIDENT_BYTES) child.kill('SIGKILL')
      },
      () => {},
    )
  }, WATCH_MS)
}
