import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import {
  failedJobs,
  type ProcessHealth,
  processHealth,
  queueHealth,
  type StorageHealth,
  storageHealth,
} from '../../kernel/health.ts'
import { type Route, read } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Bilingual, Id, Instant, iso, nullable } from '../../kernel/wire.ts'
import { type FileTrouble, fileTrouble } from '../../modules/data/index.ts'
import { type Inspection, lastInspection } from '../../modules/ledger/index.ts'
import { pullCounts } from '../../modules/resources/index.ts'
import { type LogHealth, logHealth } from '../../modules/transparency/index.ts'

/** Below this share of the disk, or this many bytes, the operator is warned. */
const lowShare = 0.1
const lowBytes = 2 * 1024 ** 3
/** Jobs and log entries that wait longer than this are late, by the database's own time. */
const patienceMs = 5 * 60_000

/** What an operator must look into. */
export interface Warning {
  readonly tone: 'warn' | 'bad'
  readonly words: Text
}

function storageWarnings({ freeBytes, diskBytes }: StorageHealth): Warning[] {
  if (freeBytes >= lowBytes && freeBytes >= diskBytes * lowShare) return []
  const percent = Math.round((freeBytes / diskBytes) * 100)
  return [
    {
      tone: freeBytes < lowBytes / 4 ? 'bad' : 'warn',
      words: text(`磁盘仅余 ${percent}%，请尽快扩容或清理`, `${percent}% of the disk is free: make room soon`),
    },
  ]
}

function workerWarnings(processes: readonly ProcessHealth[]): Warning[] {
  if (processes.some(each => each.isAlive && (each.isWorker || each.isStarting))) return []
  return [
    {
      tone: 'bad',
      words: text('没有运行中的后台进程，事件和期限无人处理', 'no worker is alive: events and deadlines wait'),
    },
  ]
}

function logWarnings({ refusal, waiting, oldestAt }: LogHealth, now: Date): Warning[] {
  if (refusal)
    return [{ tone: 'bad', words: text(`日志停止签名：${refusal.zh}`, `the log is not signed: ${refusal.en}`) }]
  if (oldestAt === null || now.getTime() - oldestAt.getTime() < patienceMs) return []
  return [
    {
      tone: 'warn',
      words: text(`有 ${waiting} 条记录等待进入日志已久`, `${waiting} entries have waited long for the log`),
    },
  ]
}

function bookWarnings(books: Inspection | null): Warning[] {
  if (!books || books.violated.length === 0) return []
  return [
    {
      tone: 'bad',
      words: text(
        `账务不变式 ${books.violated.join('、')} 被违反`,
        `invariants of the books are violated: ${books.violated.join(', ')}`,
      ),
    },
  ]
}

function fileWarnings({ damaged, missing }: FileTrouble): Warning[] {
  if (damaged + missing === 0) return []
  return [
    {
      tone: 'bad',
      words: text(
        `有 ${damaged} 个文件损坏、${missing} 个文件缺失，请从备份恢复原字节`,
        `${damaged} stored files are damaged and ${missing} are missing: put their bytes back from a backup`,
      ),
    },
  ]
}

function pullWarnings({ halted }: PullHealth): Warning[] {
  if (halted === 0) return []
  return [
    {
      tone: 'warn',
      words: text(
        `有 ${halted} 项定时获取因多次失败而停止，已通知机构`,
        `${halted} schedules of fetching were stopped after failures; their institutions are told`,
      ),
    },
  ]
}

type PullHealth = Awaited<ReturnType<typeof pullCounts>>

/** The state of the machinery: queues, processes, log, room; and what is wrong with it in words. */
export async function readHealth(rx: Rx) {
  const { queues, total } = await queueHealth(rx)
  const failed = await failedJobs(rx)
  const processes = await processHealth(rx)
  const storage = await storageHealth(rx, rx.kit.settings.home)
  const log = await logHealth(rx)
  const books = await lastInspection(rx)
  const pulls = await pullCounts(rx)
  const files = await fileTrouble(rx)
  const stuck = queues.reduce((sum, queue) => sum + queue.failed, 0)
  const warnings: Warning[] = [
    ...workerWarnings(processes),
    ...bookWarnings(books),
    ...(stuck > 0
      ? [{ tone: 'warn' as const, words: text(`有 ${stuck} 个任务多次失败，等待处理`, `${stuck} jobs were given up`) }]
      : []),
    ...logWarnings(log, rx.now),
    ...pullWarnings(pulls),
    ...storageWarnings(storage),
    ...fileWarnings(files),
  ]
  return { queues, queueCount: total, failed, processes, storage, log, books, pulls, files, warnings }
}

export type Health = Awaited<ReturnType<typeof readHealth>>

const HealthShape = Type.Object({
  isWell: Type.Boolean(),
  warnings: Type.Array(Type.Object({ tone: Type.String({ enum: ['warn', 'bad'] }), words: Bilingual })),
  queueCount: Type.Integer(),
  queues: Type.Array(
    Type.Object({
      queue: Type.String(),
      waiting: Type.Integer(),
      active: Type.Integer(),
      failed: Type.Integer(),
      oldestAt: nullable(Instant),
    }),
    { description: 'queues with jobs that are not done' },
  ),
  failed: Type.Array(
    Type.Object({
      id: Id,
      queue: Type.String(),
      tries: Type.Integer(),
      createdAt: Instant,
      failedAt: nullable(Instant),
      error: Type.String(),
    }),
  ),
  processes: Type.Array(
    Type.Object({
      host: Type.String(),
      pid: Type.Integer(),
      isWorker: Type.Boolean(),
      isStarting: Type.Boolean(),
      isAlive: Type.Boolean(),
      startedAt: Instant,
      seenAt: Instant,
      memoryBytes: nullable(Type.Integer()),
    }),
  ),
  storage: Type.Object({ databaseBytes: Type.Integer(), freeBytes: Type.Integer(), diskBytes: Type.Integer() }),
  files: Type.Object(
    { damaged: Type.Integer(), missing: Type.Integer() },
    { description: 'stored files that the weekly check found damaged (set aside) or missing' },
  ),
  pulls: Type.Object(
    { active: Type.Integer(), failing: Type.Integer(), halted: Type.Integer() },
    { description: 'data that is fetched on a schedule: all, those whose last try failed, those that were stopped' },
  ),
  log: Type.Object({
    publishedSize: Type.Integer(),
    waiting: Type.Integer(),
    oldestAt: nullable(Instant),
    refusal: nullable(Bilingual),
  }),
  books: nullable(
    Type.Object(
      { inspectedAt: Instant, invariantCount: Type.Integer(), violated: Type.Array(Type.String({ examples: ['I3'] })) },
      { description: 'the last inspection of the invariants of the books; null before the first' },
    ),
  ),
})

const toHealth = ({ queues, failed, processes, log, books, warnings, ...rest }: Health) => ({
  ...rest,
  isWell: warnings.length === 0,
  warnings: warnings.map(({ tone, words }) => ({ tone, words: text(words.zh, words.en) })),
  queues: queues.map(queue => ({ ...queue, oldestAt: iso(queue.oldestAt) })),
  failed: failed.map(job => ({ ...job, createdAt: job.createdAt.toISOString(), failedAt: iso(job.failedAt) })),
  processes: processes.map(({ startedAt, seenAt, ...each }) => ({
    ...each,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
  })),
  books: books && { ...books, inspectedAt: books.inspectedAt.toISOString(), violated: [...books.violated] },
  log: { ...log, oldestAt: iso(log.oldestAt), refusal: log.refusal && text(log.refusal.zh, log.refusal.en) },
})

const tag = 'operator'

export const conditionRoutes: Route[] = [
  read({
    at: 'GET /operator/health',
    operation: 'readHealth',
    permission: 'operator.health',
    tag,
    summary: text('系统状态', 'State of the system'),
    reply: HealthShape,
    run: async rx => toHealth(await readHealth(rx)),
  }),
]
