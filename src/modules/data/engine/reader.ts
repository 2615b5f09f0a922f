import { compare } from './compare.ts'
import { type Bounds, type Engine, lockedReader, openEngine } from './locked.ts'
import { measure } from './measure.ts'
import type { AnswerOf, EngineAnswer, EngineRequest, Table } from './plan.ts'
import { isTooHeavy } from './read.ts'
import { CellTooLong, readRows, TooLarge } from './reading.ts'

/** What the pool sends: the request, and a folder for those that may write or spill. */
export interface Order {
  readonly id: number
  readonly request: EngineRequest
  readonly folder?: string
}

const pageMebibytes = 256
const heavyMebibytes = 512
/** Files whose engines are kept open for the next page. */
const MOST_OPEN = 4

const open = new Map<string, Engine>()

/** One engine is ready for the next file that is asked for: making it is most of what a first page would wait for. */
let spare: Promise<Engine> | undefined

function takeSpare(): Promise<Engine> {
  const taken = spare ?? openEngine()
  spare = undefined
  return taken
}

function forget(key: string): void {
  open.get(key)?.close()
  open.delete(key)
}

const pathsOf = (...tables: readonly Table[]) => tables.flatMap(({ parts }) => parts.map(({ path }) => path))

/** Pages come from an engine that stays open, the one used longest ago makes room. */
async function keptReader(files: readonly string[]): Promise<Engine> {
  const key = files.join('\n')
  const found = open.get(key)
  if (found) open.delete(key)
  const reader = found ?? (await lockedReader(files, { memoryMebibytes: pageMebibytes }, await takeSpare()))
  open.set(key, reader)
  if (open.size > MOST_OPEN) forget(open.keys().next().value ?? '')
  return reader
}

async function once<T>(files: readonly string[], bounds: Bounds, work: (reader: Engine) => Promise<T>): Promise<T> {
  const reader = await lockedReader(files, bounds)
  try {
    return await work(reader)
  } finally {
    reader.close()
  }
}

async function perform({ request, folder }: Order): Promise<AnswerOf[keyof AnswerOf]> {
  if (request.kind === 'rows') {
    const files = pathsOf(request.table)
    try {
      return await readRows((await keptReader(files)).connection, request)
    } catch (error) {
      forget(files.join('\n'))
      throw error
    }
  }
  const bounds = { memoryMebibytes: heavyMebibytes, ...(folder !== undefined && { folder }) }
  if (request.kind === 'compare')
    return once(pathsOf(request.before, request.after), bounds, ({ connection }) => compare(connection, request))
  if (request.kind === 'measure')
    return once(pathsOf(request.table), bounds, ({ connection }) => measure(connection, request))
  // workbooks need a large library that pages do without
  const { writeExport } = await import('./writing.ts')
  return once(pathsOf(request.table), bounds, ({ connection }) => writeExport(connection, request))
}

function refusal(error: unknown): EngineAnswer {
  if (error instanceof CellTooLong) return { kind: 'too-long', column: error.column }
  if (error instanceof TooLarge || isTooHeavy(error)) return { kind: 'too-heavy' }
  return { kind: 'fault', cause: error instanceof Error ? (error.stack ?? '') : String(error) }
}

async function answer(order: Order): Promise<void> {
  const made: EngineAnswer = await perform(order).then(result => ({ kind: 'done', result }), refusal)
  process.send?.({ id: order.id, answer: made })
  if (order.request.kind === 'rows') spare ??= openEngine()
}

// The parent ended: nobody waits for an answer.
process.once('disconnect', () => process.exit(0))
let last = Promise.resolve()
process.on('message', order => {
  last = last.then(() => answer(order as Order))
})
// the first statement of a process is slow: it is none that anybody waits for
const first = await openEngine()
await first.connection.runAndReadAll('SELECT left(CAST(i AS VARCHAR), 2) FROM range(3000) t(i) WHERE i BETWEEN 5 AND 9')
spare = Promise.resolve(first)
process.send?.({ isReady: true })
