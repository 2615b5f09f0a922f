import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem, unavailable, unsupportedMedia } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import type { Answer } from './child.ts'
import { bareEnvironment, commandOf, watchMemory } from './process.ts'
import type { WholeReading } from './read.ts'
import { type DataProfile, refuse, unreadableFile } from './types.ts'

export {
  type ColumnProfile,
  type ColumnType,
  type DataFormat,
  type DataProfile,
  type Encoding,
  MAX_COLUMNS,
  SAMPLE_ROWS,
  unreadableFile,
} from './types.ts'

export interface ProfileOptions {
  /** Wall time after which the reading is given up, in milliseconds. */
  readonly timeoutMs?: number
  /** Where intermediate files go; as large as the largest upload, four times over. */
  readonly workFolder?: string
}

const DEFAULT_TIMEOUT_MS = 120_000
const CPU_SECONDS = 180
const HEAP_MEBIBYTES = 384
const MOST_AT_ONCE = 2
const MOST_WAITING = 32

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MOST_AT_ONCE) {
    if (waiting.length >= MOST_WAITING) {
      throw unavailable(text('读取文件的排队过长', 'Too many files are waiting to be read'), { retryAfter: 30 })
    }
    await new Promise<void>(resolve => waiting.push(resolve))
  } else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

const tooHeavy = (cause: unknown) =>
  refuse(
    text('读取此文件超出了时间或内存限制', 'Reading the file takes more time or memory than allowed'),
    text('拆分文件、减少列数，或改用 Parquet。', 'Split it, use fewer columns, or use Parquet.'),
    cause,
  )

/** Runs the engine's process to its answer; undefined when it ended without one. */
function run(args: readonly string[], folder: string, timeoutMs: number): Promise<Answer | undefined> {
  const [command, list] = commandOf('child', args, { cpuSeconds: CPU_SECONDS, heapMebibytes: HEAP_MEBIBYTES })
  return new Promise((resolve, reject) => {
    const child = spawn(command, list, {
      cwd: folder,
      env: bareEnvironment(folder),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    const watch = watchMemory(child)
    let answer: Answer | undefined
    let complaint = ''
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      complaint = (complaint + piece).slice(-4000)
    })
    child.on('message', message => {
      answer = message as Answer
    })
    child.on('error', error => {
      clearInterval(watch)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearInterval(watch)
      if (answer) resolve(answer)
      else if (signal || code === 134 || code === 137 || /heap out of memory|bad_alloc|Out of Memory/.test(complaint))
        resolve(undefined)
      else reject(new Error(`the data engine ended with ${code}: ${complaint}`))
    })
  })
}

function outcome(answer: Answer | undefined): WholeReading {
  if (!answer) throw tooHeavy('the process was ended by a limit')
  if (answer.kind === 'profile') return answer
  if (answer.kind === 'too-heavy') throw tooHeavy(answer.cause)
  if (answer.kind === 'fault') throw new Error(`the data engine failed: ${answer.cause}`)
  const type = [unsupportedMedia.type, unreadableFile.type].find(({ slug }) => slug === answer.slug)
  if (!type) throw new Error(`the data engine refused with ${answer.slug}: ${answer.detail.en}`)
  throw new Problem(type, answer.detail, { errors: answer.errors, cause: answer.cause || undefined })
}

/**
 * Reads a stored file: its facts (format, encoding, columns, types, rows, time range, divisions, a sample), and a copy of
 * every value as text in table files (Parquet) that lie there until `keep` has returned.
 * The work is done in a process of its own with limits on memory, time and files, which may read nothing but the file.
 * `declaredName` is the name the uploader gave it; its extension must agree with the content.
 * @throws Problem unsupported-media (another format, or a name that lies), unreadable-file (with the line, where there
 * is one), unavailable (too many at once). Nothing stays on disk in any case.
 */
export async function readFileInto<T>(
  path: string,
  declaredName: string,
  keep: (tables: readonly string[], columns: number) => Promise<T>,
  options: ProfileOptions = {},
): Promise<{ profile: DataProfile; kept: T }> {
  return inTurn(async () => {
    const folder = await realpath(await mkdtemp(join(options.workFolder ?? tmpdir(), 'jinshu-engine-')))
    try {
      const args = [await realpath(path), declaredName, folder]
      const { profile, tables } = outcome(await run(args, folder, options.timeoutMs ?? DEFAULT_TIMEOUT_MS))
      return { profile, kept: await keep(tables, profile.columns.length) }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/** The facts of a stored file alone, see `readFileInto`. */
export const profile = async (path: string, declaredName: string, options?: ProfileOptions): Promise<DataProfile> =>
  (await readFileInto(path, declaredName, async () => {}, options)).profile
