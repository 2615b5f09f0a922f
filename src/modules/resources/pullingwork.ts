import { and, eq, lt } from 'drizzle-orm'
import { system } from '../../kernel/actor.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { type Handler, NotDue, type Timer } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import type { Kit } from '../../kernel/kit.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Machinery, Task } from '../../kernel/task.ts'
import { text } from '../../kernel/text.ts'
import { openVersion, profileNowOrSoon, quotaOfOrganization, roomIn, tidyFileName } from '../data/index.ts'
import { isReleased } from '../risk/index.ts'
import { attachReleased, isAttached } from './attaching.ts'
import { secretLabel } from './pulling.ts'
import { type Fetched, fetchFile } from './pullingfetch.ts'
import { nextOf, PullError, type PullFailure, pauseAfter, type Schedule } from './pullingmodel.ts'
import { entryVersion, type PullRow, type PullTryRow, pull, pullTry } from './schema.ts'

/** Fetches that run beside each other in one worker. */
const lanes = 3
/** Beyond the time bound of a fetch: a try that still runs then belongs to a process that ended. */
const graceMs = 120_000

const subject = (row: PullRow) => ['pull', row.id] as const

interface Begun {
  readonly pull: PullRow
  readonly tryId: string
  readonly room: number
}

const dueIds = (rx: Rx) => rx.sql<{ id: string }[]>`
  select p.id from resources.pull p
  where p.state = 'active' and p.next_at <= ${rx.now.toISOString()}::timestamptz
    and exists (select 1 from resources.entry_version v where v.entry_id = p.entry_id and v.state = 'published')
    and not exists (select 1 from resources.pull_try r where r.pull_id = p.id and r.state = 'running')
  order by p.next_at limit ${lanes}`

/** Takes one that is due, so that no other worker does; its next hour is set at once. @throws NotDue */
async function begin(cx: Cx, id: string): Promise<Begun> {
  const [row] = await cx.tx.select().from(pull).where(eq(pull.id, id)).for('update', { skipLocked: true })
  if (row?.state !== 'active' || row.nextAt === null || row.nextAt > cx.now) throw new NotDue()
  const [running] = await cx.tx
    .select({ id: pullTry.id })
    .from(pullTry)
    .where(and(eq(pullTry.pullId, id), eq(pullTry.state, 'running')))
  if (running) throw new NotDue()
  const tryId = newId()
  await cx.tx
    .insert(pullTry)
    .values({ id: tryId, pullId: id, state: 'running', askedBy: row.askedBy, startedAt: cx.now })
  const [begun] = await cx.tx
    .update(pull)
    .set({ nextAt: nextOf(row as Schedule, cx.now), askedBy: null })
    .where(eq(pull.id, id))
    .returning()
  cx.audit('pull.begin', subject(row), { entryId: row.entryId, tryId })
  return { pull: begun!, tryId, room: roomIn(await quotaOfOrganization(cx, row.organizationId)) }
}

function authorizationOf(kit: Kit, row: PullRow): string | undefined {
  if (row.auth === 'none' || !row.sealedSecret) return undefined
  const secret = kit.keyring.open(row.sealedSecret, secretLabel(row.id))
  if (row.auth === 'bearer') return `Bearer ${secret.toString('utf8')}`
  return `Basic ${Buffer.concat([Buffer.from(`${row.userName}:`), secret]).toString('base64')}`
}

/** The try and its setting, locked; undefined when somebody else has ended the try. */
async function running(cx: Cx, tryId: string): Promise<{ pull: PullRow; try: PullTryRow } | undefined> {
  const [known] = await cx.tx.select().from(pullTry).where(eq(pullTry.id, tryId))
  const [of] = await cx.tx.select().from(pull).where(eq(pull.id, known!.pullId)).for('update')
  const [row] = await cx.tx.select().from(pullTry).where(eq(pullTry.id, tryId)).for('update')
  return row?.state === 'running' && of ? { pull: of, try: row } : undefined
}

/** Whether the setting is still the one that the fetch began with: a server's marks are kept for its own content only. */
const isSame = (now: PullRow, then: PullRow) => now.url === then.url && now.format === then.format

async function nameOf(rx: Rx, row: PullRow): Promise<string> {
  const [version] = await rx.tx
    .select({ nameZh: entryVersion.nameZh })
    .from(entryVersion)
    .where(and(eq(entryVersion.entryId, row.entryId), eq(entryVersion.state, 'published')))
  return tidyFileName(`${version?.nameZh ?? row.id}.${row.format}`)
}

/** Ends a try that brought a file: the same content is no new version; another goes the way of every upload. */
async function finish(cx: Cx, begun: Begun, fetched: Fetched) {
  const found = await running(cx, begun.tryId)
  if (!found) throw new NotDue()
  const { pull: row } = found
  const { status } = fetched
  const isKnown = !fetched.isNew || fetched.file.sha256 === row.sha256
  const ended = {
    endedAt: cx.now,
    status,
    ...(fetched.isNew && { bytes: fetched.file.bytes, sha256: fetched.file.sha256 }),
  }
  const marks =
    fetched.isNew && isSame(row, begun.pull)
      ? { etag: fetched.etag, lastModified: fetched.lastModified, sha256: fetched.file.sha256 }
      : {}
  await cx.tx
    .update(pull)
    .set({ ...marks, failures: 0 })
    .where(eq(pull.id, row.id))
  if (isKnown) {
    await cx.tx
      .update(pullTry)
      .set({ ...ended, state: 'unchanged' })
      .where(eq(pullTry.id, begun.tryId))
    cx.audit('pull.unchanged', subject(row), { entryId: row.entryId, status })
    return undefined
  }
  const owner = { organizationId: row.organizationId, personId: row.changedBy }
  const file = { ...fetched.file, fileName: await nameOf(cx, begun.pull) }
  const opened = await openVersion(cx, file, { owner })
  const isThere = await isAttached(cx, row.entryId, opened.row.id)
  await cx.tx
    .update(pullTry)
    .set({
      ...ended,
      state: 'changed',
      dataVersionId: opened.row.id,
      attaching: isThere ? 'attached' : row.isAutomatic ? 'waiting' : null,
    })
    .where(eq(pullTry.id, begun.tryId))
  cx.audit('pull.fetch', subject(row), { entryId: row.entryId, dataVersionId: opened.row.id, ...fetched.file })
  if (!isThere) {
    if (await isReleased(cx, opened.row.id)) await attachWaiting(cx, opened.row.id)
    else cx.emit('resources.pull-changed', { tryId: begun.tryId })
  }
  return opened
}

/** Ends a try that failed; after a growing pause it is tried again, and after too many failures stopped. */
async function fail(cx: Cx, tryId: string, failure: PullFailure, more: { status: number | null; isCutOff?: boolean }) {
  const found = await running(cx, tryId)
  if (!found) throw new NotDue()
  const { pull: row } = found
  const { status, isCutOff = false } = more
  const state = isCutOff ? 'cut-off' : 'failed'
  await cx.tx.update(pullTry).set({ state, endedAt: cx.now, status, failure }).where(eq(pullTry.id, tryId))
  cx.audit('pull.fail', subject(row), { entryId: row.entryId, status, reason: failure.message.en })
  if (row.state !== 'active') return
  const failures = row.failures + 1
  const pause = pauseAfter(failures)
  if (pause === null) {
    await cx.tx.update(pull).set({ state: 'halted', nextAt: null, failures }).where(eq(pull.id, row.id))
    cx.audit('pull.halt', subject(row), { entryId: row.entryId, failures })
    return cx.emit('resources.pull-halted', { tryId })
  }
  const again = new Date(cx.now.getTime() + pause)
  const nextAt = row.nextAt !== null && row.nextAt < again ? row.nextAt : again
  await cx.tx.update(pull).set({ nextAt, failures }).where(eq(pull.id, row.id))
}

/** A worker that is asked to stop ends its fetches; another begins them again at once. */
async function giveBack(cx: Cx, tryId: string): Promise<void> {
  const found = await running(cx, tryId)
  if (!found) throw new NotDue()
  await cx.tx.update(pullTry).set({ state: 'cut-off', endedAt: cx.now, failure: cutOff }).where(eq(pullTry.id, tryId))
  if (found.pull.state === 'active') await cx.tx.update(pull).set({ nextAt: cx.now }).where(eq(pull.id, found.pull.id))
  cx.audit('pull.fail', subject(found.pull), { entryId: found.pull.entryId, reason: cutOff.message.en })
}

const cutOff: PullFailure = {
  message: text(
    '系统重启，获取被中断，没有保存任何内容',
    'The service restarted; the fetch was cut off, nothing was kept',
  ),
  remedy: text('会自动重新获取。', 'It is fetched again by itself.'),
}

const ours: PullFailure = {
  message: text('系统处理时出错', 'The service failed'),
  remedy: text('会自动重试；仍然失败请联系运营机构。', 'It is tried again; tell the operator if it goes on.'),
}

function failureOf(error: unknown): { failure: PullFailure; status: number | null } {
  if (error instanceof PullError) return { failure: error.failure, status: error.status }
  if (!(error instanceof Problem)) return { failure: ours, status: null }
  const first = error.errors[0]
  return {
    failure: { message: first?.message ?? error.detail, remedy: first?.remedy ?? error.type.remedy },
    status: null,
  }
}

/** One fetch from its beginning to its end, each kept in a transaction of its own; the network lies between them. */
async function perform({ engine, log, stopping }: Machinery, id: string): Promise<void> {
  const { kit } = engine
  const written = await engine.write(system, { operation: 'beginPull' }, cx => begin(cx, id))
  if (written.isReplay) return
  const begun = written.value
  const { pull: row, tryId, room } = begun
  const limit = AbortSignal.timeout(kit.settings.pullSeconds * 1000)
  try {
    const fetched = await fetchFile(
      kit.files,
      { url: row.url, authorization: authorizationOf(kit, row), etag: row.etag, lastModified: row.lastModified },
      {
        hosts: kit.settings.pullHosts,
        maxBytes: Math.max(1, Math.min(kit.settings.maxUploadBytes, room)),
        signal: stopping ? AbortSignal.any([limit, stopping]) : limit,
      },
    )
    const ended = await engine.write(system, { operation: 'finishPull' }, cx => finish(cx, begun, fetched))
    if (!ended.isReplay && ended.value?.isToRead)
      await profileNowOrSoon({ engine, actor: system, log }, ended.value.row)
  } catch (error) {
    if (error instanceof NotDue) return
    if (stopping?.aborted) {
      await engine.write(system, { operation: 'giveBackPull' }, cx => giveBack(cx, tryId))
      return
    }
    const { failure, status } = failureOf(error)
    // addresses and credentials stay out of the log: only what the institution is told is written there
    if (failure === ours) log.error({ pullId: id, name: (error as Error)?.name }, 'a fetch could not be kept')
    await engine.write(system, { operation: 'failPull' }, cx => fail(cx, tryId, failure, { status }))
  }
}

const lane = (number: number): Task => ({
  name: `resources.pull-${number}`,
  period: 1_000,
  async run(machinery) {
    for (const { id } of await machinery.engine.read(system, dueIds)) {
      try {
        await perform(machinery, id)
        return true
      } catch (error) {
        // another lane or worker was first, or has ended the try
        if (!(error instanceof NotDue)) throw error
      }
    }
    return false
  },
})

export const tasks: readonly Task[] = Array.from({ length: lanes }, (_, i) => lane(i + 1))

async function cutOffTries(rx: Rx): Promise<string[]> {
  const before = new Date(rx.now.getTime() - rx.kit.settings.pullSeconds * 1000 - graceMs)
  const rows = await rx.tx
    .select({ id: pullTry.id })
    .from(pullTry)
    .where(and(eq(pullTry.state, 'running'), lt(pullTry.startedAt, before)))
    .limit(100)
  return rows.map(row => row.id)
}

export const timers: readonly Timer[] = [
  {
    name: 'resources.end-cut-off-pulls',
    due: cutOffTries,
    run: (cx, id) => fail(cx, id, cutOff, { status: null, isCutOff: true }),
  },
]

/**
 * Attaches a released version to the entries whose institution chose so, unless a version that was fetched later is
 * attached there already. What stands against it is said on the page and told; nothing else stops.
 */
async function attachWaiting(cx: Cx, dataVersionId: string): Promise<number> {
  const waiting = await cx.tx
    .select({ try: pullTry, pull })
    .from(pullTry)
    .innerJoin(pull, eq(pull.id, pullTry.pullId))
    .where(and(eq(pullTry.dataVersionId, dataVersionId), eq(pullTry.attaching, 'waiting')))
    .orderBy(pullTry.id)
  for (const { try: of, pull: row } of waiting) {
    const [later] = await cx.sql<{ n: number }[]>`
      select count(*)::int4 as n from resources.pull_try t join resources.pull p on p.id = t.pull_id
      where p.entry_id = ${row.entryId} and t.id > ${of.id} and t.attaching = 'attached'`
    const set = (values: Partial<PullTryRow>) => cx.tx.update(pullTry).set(values).where(eq(pullTry.id, of.id))
    if (later!.n > 0) {
      await set({ attaching: 'overtaken' })
      continue
    }
    try {
      await attachReleased(cx, row.entryId, dataVersionId, row.changedBy)
      await set({ attaching: 'attached' })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const [first] = error.errors
      await set({ attaching: 'refused', refusal: first?.message ?? error.detail })
      cx.audit('pull.refuse', subject(row), { entryId: row.entryId, dataVersionId, reason: error.detail.en })
      cx.emit('resources.pull-refused', { tryId: of.id })
    }
  }
  return waiting.length
}

export const handlers: readonly Handler[] = [
  {
    event: 'risk.version-released',
    name: 'resources.attach-fetched',
    async run(cx, payload) {
      const id = String(payload.dataVersionId)
      const attached = await attachWaiting(cx, id)
      cx.audit('pull.hear-release', ['data-version', id], { attached })
    },
  },
]
