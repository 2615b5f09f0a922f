import { Worker } from 'node:worker_threads'
import { type FieldError, Problem, problemTypes, unavailable } from '../problem.ts'
import { type Text, text } from '../text.ts'
import type { DocumentSpec } from './specs.ts'

/** A document to set, as it goes to the worker thread. */
export interface RenderRequest {
  readonly id: number
  readonly spec: DocumentSpec
}

/** What comes back: the PDF, a refusal for people, or the stack of a failure. */
export interface RenderAnswer {
  readonly id: number
  readonly pdf?: Uint8Array
  readonly problem?: { readonly slug: string; readonly detail: Text; readonly errors: readonly FieldError[] }
  readonly failure?: string
}

/** Sets documents in a thread of its own, so that no request waits for a page to be laid out. */
export interface Renderer {
  /** The PDF of `spec`. @throws missing-glyph, forbidden-character (422); unavailable (503) when the thread broke down. */
  render(spec: DocumentSpec): Promise<Buffer>
  /** Refuses what still waits, ends the thread, and resolves when it is gone. */
  close(): Promise<void>
}

interface Job {
  readonly request: RenderRequest
  readonly resolve: (pdf: Buffer) => void
  readonly reject: (error: unknown) => void
}

interface Options {
  /** The module that runs in the thread. */
  readonly workerUrl?: URL
  /** Milliseconds after which a document counts as stuck and its thread is replaced. */
  readonly timeout?: number
}

const broken = (cause?: unknown) =>
  unavailable(
    text('文书生成服务中断，请稍后重试。', 'The document renderer broke off; try again later.'),
    cause === undefined ? {} : { cause },
  )

function refusalOf(problem: NonNullable<RenderAnswer['problem']>): Error {
  const type = problemTypes().find(known => known.slug === problem.slug)
  if (!type) return new Error(`the renderer answered an unknown problem: ${problem.slug}`)
  return new Problem(type, problem.detail, { errors: problem.errors })
}

class ThreadRenderer implements Renderer {
  readonly #url: URL
  readonly #timeout: number
  readonly #waiting: Job[] = []
  #current: Job | undefined
  #worker: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #nextId = 1

  constructor(url: URL, timeout: number) {
    this.#url = url
    this.#timeout = timeout
  }

  render(spec: DocumentSpec): Promise<Buffer> {
    if (this.#isClosed) return Promise.reject(broken())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request: { id: this.#nextId++, spec }, resolve, reject })
      this.#advance()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const job of this.#waiting.splice(0)) job.reject(broken())
    this.#settle(job => job.reject(broken()))
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #advance(): void {
    if (this.#current || this.#isClosed) return
    const job = this.#waiting.shift()
    if (!job) return
    this.#current = job
    const worker = this.#start()
    // Only a document under way keeps the process alive.
    worker.ref()
    this.#timer = setTimeout(() => this.#breakDown(worker, new Error('a document took too long')), this.#timeout)
    try {
      worker.postMessage(job.request)
    } catch (error) {
      this.#settle(failed => failed.reject(error))
      this.#advance()
    }
  }

  #start(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(this.#url, { resourceLimits: { maxOldGenerationSizeMb: 768 } })
    worker.on('message', (answer: RenderAnswer) => this.#receive(worker, answer))
    worker.on('error', error => this.#breakDown(worker, error))
    worker.on('exit', () => this.#breakDown(worker, new Error('the document thread ended')))
    this.#worker = worker
    return worker
  }

  #receive(worker: Worker, answer: RenderAnswer): void {
    if (worker !== this.#worker || answer.id !== this.#current?.request.id) return
    worker.unref()
    this.#settle(job => {
      if (answer.pdf) job.resolve(Buffer.from(answer.pdf.buffer, answer.pdf.byteOffset, answer.pdf.byteLength))
      else if (answer.problem) job.reject(refusalOf(answer.problem))
      else job.reject(new Error(`the document could not be set: ${answer.failure ?? 'no reason given'}`))
    })
    this.#advance()
  }

  /** The thread is lost: its document is refused, the next one gets a new thread. */
  #breakDown(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    worker.unref()
    void worker.terminate()
    this.#settle(job => job.reject(broken(error)))
    this.#advance()
  }

  #settle(how: (job: Job) => void): void {
    clearTimeout(this.#timer)
    const job = this.#current
    this.#current = undefined
    if (job) how(job)
  }
}

/** Makes a renderer. Its thread starts with the first document and is replaced when it breaks down. */
export function createRenderer(options: Options = {}): Renderer {
  // In development this file is TypeScript and so is the worker; in the image both are compiled.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const url = options.workerUrl ?? new URL(`./worker.${extension}`, import.meta.url)
  return new ThreadRenderer(url, options.timeout ?? 30_000)
}
