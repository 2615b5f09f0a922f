import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnswerOf, CompareRequest, ExportRequest, MeasureRequest, RowsRequest } from './plan.ts'
import { EnginePool } from './pool.ts'

/** Pages: started before they are asked, may write no byte of a file. */
const pages = new EnginePool({ size: 2, timeoutMs: 10_000, limits: { heapMebibytes: 192, fileBytes: 0 } })

/** Whole-file work: exports, measurements, comparisons. Its file is bounded, its memory spills into its own folder. */
const heavy = new EnginePool({
  size: 1,
  timeoutMs: 240_000,
  mostWaiting: 4,
  limits: { heapMebibytes: 512, fileBytes: 16_000_000_000 },
})

/** Starts the processes for pages, so that the first page need not wait for them. */
export const warmReaders = (): void => pages.warm()

/** One page of rows, for an organisation. @throws Problem too-many-requests, unavailable, query-too-heavy */
export const askRows = (owner: string, request: RowsRequest): Promise<AnswerOf['rows']> => pages.ask(owner, request)

/** Runs `work` with a folder of its own that is gone afterwards. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'jinshu-rows-')))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Measures or compares whole tables. @throws Problem as `askRows` does */
export const askHeavy = <R extends MeasureRequest | CompareRequest>(
  owner: string,
  request: R,
): Promise<AnswerOf[R['kind']]> => inFolder(folder => heavy.ask(owner, request, folder))

/** A file that was made for one reader: it lies at `path` until `discard` is called. */
export interface MadeFile extends Readonly<AnswerOf['export']> {
  readonly path: string
  discard(): Promise<void>
}

/** Writes an export to disk. The caller sends it and discards it. @throws Problem as `askRows` does */
export async function makeExport(owner: string, request: Omit<ExportRequest, 'folder'>): Promise<MadeFile> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'jinshu-rows-')))
  const discard = () => rm(folder, { recursive: true, force: true })
  try {
    const made = await heavy.ask(owner, { ...request, folder } as ExportRequest, folder)
    return { ...made, path: join(folder, 'out'), discard }
  } catch (error) {
    await discard()
    throw error
  }
}
