import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { defineProblem, tooManyRequests, unavailable } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import type { AnswerOf, EngineAnswer, EngineRequest } from './plan.ts'
import { bareEnvironment, commandOf, type ProcessLimits, watchMemory } from './process.ts'

/** A question to the rows of a version that asks for more than one question may use. */
export const queryTooHeavy = defineProblem(
  'query-too-heavy',
  422,
  text('查询超出了时间或内存限制', 'The query takes more time or memory than allowed'),
  text(
    '缩小筛选范围，减少列数或每页行数；需要全部数据时请导出。',
    'Narrow the filter, ask for fewer columns or rows; export the data if you need all of them.',
  ),
)

export interface PoolOptions {
  readonly size: number
  /** Wall time of one request, after which its process is killed and another one started. */
  readonly timeoutMs: number
  readonly limits: ProcessLimits
  /** Requests of one organisation that wait at most. */
  readonly mostWaiting?: number
}

interface Job {
  readonly owner: string
  readonly request: EngineRequest
  readonly folder: string | undefined
  readonly resolve: (answer: EngineAnswer) => void
  readonly reject: (error: unknown) => void
}

interface Member {
  readonly child: ChildProcess
  isReady: boolean
  job: Job | undefined
  clock: NodeJS.Timeout | undefined
  watch: NodeJS.Timeout | undefined
}

const MOST_WAITING_IN_ALL = 64
/** A child that dies this often before it ever answered will not come up by trying again. */
const MOST_FAILED_STARTS = 3

/**
 * Engine processes that were started before they are needed. Each answers one request at a time, of one organisation at
 * a time; one that takes too long is killed with everything it holds and replaced, and nobody else notices.
 */
export class EnginePool {
  readonly #options: PoolOptions
  readonly #members = new Set<Member>()
  readonly #waiting: Job[] = []
  #failedStarts = 0
  #serial = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Starts the processes, if they are not there. */
  warm(): void {
    while (this.#members.size < this.#options.size) this.#members.add(this.#start())
  }

  /** Processes by their ids, for tests and figures. */
  get pids(): number[] {
    return [...this.#members].map(({ child }) => child.pid ?? 0)
  }

  /**
   * Asks one question for an organisation, which is asked one at a time; others of it wait.
   * @throws Problem too-many-requests, unavailable, query-too-heavy
   */
  async ask<R extends EngineRequest>(owner: string, request: R, folder?: string): Promise<AnswerOf[R['kind']]> {
    const mine = this.#waiting.filter(job => job.owner === owner).length
    if (mine >= (this.#options.mostWaiting ?? 8))
      throw tooManyRequests(
        text('本机构有太多查询在等待，请稍后再试。', 'Too many queries of your organisation are waiting.'),
        { retryAfter: 5 },
      )
    if (this.#waiting.length >= MOST_WAITING_IN_ALL)
      throw unavailable(text('查询排队过长', 'Too many queries are waiting'), { retryAfter: 10 })
    this.warm()
    const answer = await new Promise<EngineAnswer>((resolve, reject) => {
      this.#waiting.push({ owner, request, folder, resolve, reject })
      this.#next()
    })
    if (answer.kind === 'done') return answer.result as AnswerOf[R['kind']]
    if (answer.kind === 'too-heavy') throw queryTooHeavy()
    if (answer.kind === 'too-long')
      throw queryTooHeavy(
        text(
          `“${answer.column}”列有值超过 32,767 个字符，Excel 单元格放不下；请改用 CSV。`,
          `A value of “${answer.column}” is longer than the 32,767 characters of a cell in Excel; take CSV instead.`,
        ),
      )
    throw new Error(`the data engine failed: ${answer.cause}`)
  }

  /** Ends the processes; what waits is refused. Another question starts them again. */
  close(): void {
    for (const { child } of this.#members) child.kill('SIGKILL')
  }

  #start(): Member {
    const [command, list] = commandOf('reader', [], this.#options.limits)
    const child = spawn(command, list, {
      cwd: '/',
      env: bareEnvironment(tmpdir()),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const member: Member = { child, isReady: false, job: undefined, clock: undefined, watch: undefined }
    let complaint = ''
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      complaint = (complaint + piece).slice(-4000)
    })
    child.on('message', message => this.#hear(member, message as { isReady?: true; answer?: EngineAnswer }))
    child.on('error', error => this.#lost(member, String(error)))
    child.on('close', () => this.#lost(member, complaint))
    this.#hold(member, false)
    return member
  }

  /** An idle child keeps nothing alive: the server may end while it waits. */
  #hold({ child }: Member, isHeld: boolean): void {
    const change = isHeld ? 'ref' : 'unref'
    child[change]()
    child.channel?.[change]()
    ;(child.stderr as Socket | null)?.[change]()
  }

  #hear(member: Member, { isReady, answer }: { isReady?: true; answer?: EngineAnswer }): void {
    if (isReady) {
      member.isReady = true
      this.#failedStarts = 0
      this.#hold(member, false)
    }
    if (answer) this.#release(member)?.resolve(answer)
    this.#next()
  }

  #release(member: Member): Job | undefined {
    clearTimeout(member.clock)
    clearInterval(member.watch)
    const { job } = member
    member.job = undefined
    this.#hold(member, false)
    return job
  }

  #lost(member: Member, complaint: string): void {
    if (!this.#members.delete(member)) return
    const job = this.#release(member)
    if (!member.isReady) this.#failedStarts += 1
    job?.resolve({ kind: 'too-heavy' })
    if (this.#failedStarts >= MOST_FAILED_STARTS) {
      this.#failedStarts = 0
      for (const each of this.#waiting.splice(0))
        each.reject(new Error(`the data engine does not start: ${complaint.slice(-500)}`))
      return
    }
    if (this.#waiting.length > 0 || member.isReady) this.warm()
    this.#next()
  }

  /** Gives the next request of an organisation that has none in progress to a process that is free. */
  #next(): void {
    const busy = new Set([...this.#members].map(({ job }) => job?.owner))
    for (const member of this.#members) {
      if (member.job) continue
      const at = this.#waiting.findIndex(job => !busy.has(job.owner))
      if (at < 0) break
      if (!member.isReady) {
        this.#hold(member, true)
        continue
      }
      const [job] = this.#waiting.splice(at, 1)
      if (!job) break
      busy.add(job.owner)
      this.#give(member, job)
    }
  }

  #give(member: Member, job: Job): void {
    const { child } = member
    member.job = job
    this.#hold(member, true)
    member.clock = setTimeout(() => child.kill('SIGKILL'), this.#options.timeoutMs)
    member.watch = watchMemory(child)
    this.#serial += 1
    const { request, folder } = job
    child.send({ id: this.#serial, request, ...(folder !== undefined && { folder }) }, error => {
      if (error) child.kill('SIGKILL')
    })
  }
}
