import { createHash, randomBytes } from 'node:crypto'
import { type Actor, pseudonym } from './actor.ts'
import { canonicalJson } from './canonical.ts'
import { type Client, type RawTx, readingFaces, type Transaction, transact } from './db/client.ts'
import { isRetryable } from './db/errors.ts'
import type { EventBus, Payload } from './events.ts'
import { newId } from './ids.ts'
import type { Kit } from './kit.ts'
import { idempotencyMismatch } from './problem.ts'
import { text } from './text.ts'

/** What a query is given: a read-only transaction, the exchange's time and the one who asks. */
export interface Rx extends Transaction {
  readonly now: Date
  readonly actor: Actor
  readonly kit: Kit
}

/** What is needed to read, whoever asks. */
export type Reading = Pick<Rx, 'tx' | 'sql' | 'kit'>

/** What a glance is given: each statement reads for itself, for nobody in particular. */
export interface Gx extends Reading {
  /** The exchange's time; costs a statement. */
  now(): Promise<Date>
}

/** What a use case is given. It sees no pool: all it does happens in this one transaction. */
export interface Cx extends Rx {
  /** Records what was decided about a subject; becomes a leaf of the public log. At least one per write. */
  audit(action: string, subject: readonly [kind: string, id: string], record: unknown): void
  /** Tells later modules, once this transaction commits. */
  emit(event: string, payload: Payload): void
}

interface AuditDraft {
  readonly action: string
  readonly subject: readonly [string, string]
  readonly record: unknown
}

export interface WriteOptions<T> {
  /** operationId, or the handler's name */
  readonly operation: string
  /** Idempotency-Key of the caller, with the input it stands for. */
  readonly idempotency?: { readonly key: string; readonly input: unknown } | undefined
  /** HTTP status and body to remember for a replay. */
  readonly reply?: (value: T) => { status: number; body: string }
}

/** The outcome of a write: the fresh value, or the remembered reply of an earlier call with the same key. */
export type Outcome<T> =
  | { readonly isReplay: false; readonly value: T; readonly status: number; readonly body: string }
  | { readonly isReplay: true; readonly status: number; readonly body: string }

/** The one funnel of writes and the one gate of reads. */
export interface Engine {
  readonly kit: Kit
  write<T>(actor: Actor, options: WriteOptions<T>, work: (cx: Cx) => Promise<T>): Promise<Outcome<T>>
  read<T>(actor: Actor, work: (rx: Rx) => Promise<T>): Promise<T>
  /** Reads what is public without opening a transaction around it, which would cost more round trips than the reading. */
  glance<T>(work: (gx: Gx) => Promise<T>): Promise<T>
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data)

/** Sets who acts for the transaction (row-level security reads it) and asks the time; one round trip. */
async function open(sql: RawTx, actor: Actor) {
  const [row] = await sql<{ ms: number; seq: string }[]>`
    select floor(extract(epoch from transaction_timestamp()) * 1000)::float8 + c.offset_ms as ms,
      set_config('jinshu.actor', ${pseudonym(actor)}, true),
      set_config('jinshu.organization', ${actor.organizationId ?? ''}, true),
      set_config('jinshu.division', ${actor.division ?? ''}, true)
    from kernel.clock c where c.id = 1`
  return new Date(row!.ms)
}

/** Claims the key. Answers the remembered reply if the key was used for the same input before. */
async function claim(sql: RawTx, scope: string, operation: string, key: string, input: unknown) {
  const inputHash = sha256(canonicalJson(input)).digest('hex')
  const claimed = await sql`
    insert into kernel.idempotency (scope, key, operation, input_hash, created_at)
    values (${scope}, ${key}, ${operation}, ${inputHash}, transaction_timestamp())
    on conflict (scope, key) do nothing returning 1`
  if (claimed.length > 0) return undefined
  const [found] = await sql<{ operation: string; input_hash: string; status: number; reply: string }[]>`
    select operation, input_hash, status, reply from kernel.idempotency where scope = ${scope} and key = ${key}`
  if (!found || found.operation !== operation || found.input_hash !== inputHash)
    throw idempotencyMismatch(
      text(`幂等键 ${key} 已用于另一请求。`, `The key ${key} stands for another request already.`),
    )
  return { isReplay: true as const, status: found.status, body: found.reply }
}

/** Writes the audit entries with the exact bytes that the log will hash. */
async function record(sql: RawTx, actor: Actor, now: Date, drafts: readonly AuditDraft[]): Promise<void> {
  const at = now.toISOString()
  const who = pseudonym(actor)
  // all numbers first: a statement that waits while others are on their way would leave their failures to nobody
  const blocks = await sql<{ n: string }[]>`
    select nextval('kernel.audit_seq') as n from generate_series(1, ${Math.ceil(drafts.length / 64)}::int)`
  const inserts: Promise<unknown>[] = []
  for (const [i, draft] of drafts.entries()) {
    const seq = Number(blocks[Math.floor(i / 64)]!.n) + (i % 64)
    const id = newId()
    const salt = randomBytes(32)
    const kept = canonicalJson(draft.record)
    const c = sha256(salt).update(kept).digest('hex')
    const [kind, subjectId] = draft.subject
    const leaf = canonicalJson({
      v: 1,
      type: draft.action,
      id,
      seq,
      at,
      actor: who,
      subject: `${kind}/${subjectId}`,
      c,
    })
    inserts.push(
      sql`insert into kernel.audit_entry
        (id, seq, at, actor, organization_id, action, subject_kind, subject_id, record, salt, leaf)
        values (${id}, ${seq}, ${at}, ${who}, ${actor.organizationId}, ${draft.action}, ${kind}, ${subjectId},
          ${kept}, ${salt}, ${leaf})`.execute(),
      sql`insert into kernel.audit_queue (seq) values (${seq})`.execute(),
    )
  }
  await Promise.all(inserts)
}

async function timeOf(sql: RawTx): Promise<Date> {
  const [row] = await sql<{ ms: number }[]>`
    select floor(extract(epoch from transaction_timestamp()) * 1000)::float8 + offset_ms as ms
    from kernel.clock where id = 1`
  return new Date(row!.ms)
}

/**
 * Builds the engine over the pools; they never leave it (law 1). `readers` are read-only connections for glances;
 * without them a glance is an ordinary read.
 */
export function createEngine(client: Client, bus: EventBus, kit: Kit, readers?: Client): Engine {
  const faces = readers && readingFaces(readers)
  async function attempt<T>(actor: Actor, options: WriteOptions<T>, work: (cx: Cx) => Promise<T>): Promise<Outcome<T>> {
    return transact(client, 'read write', async transaction => {
      const { sql } = transaction
      const { idempotency, operation } = options
      const scope = pseudonym(actor)
      const [now, replay] = await Promise.all([
        open(sql, actor),
        idempotency && claim(sql, scope, operation, idempotency.key, idempotency.input),
      ])
      if (replay) return replay
      const drafts: AuditDraft[] = []
      const events: [string, Payload][] = []
      const value = await work({
        ...transaction,
        now,
        actor,
        kit,
        audit: (action, subject, entry) => void drafts.push({ action, subject, record: entry }),
        emit: (event, payload) => void events.push([event, payload]),
      })
      if (drafts.length === 0) throw new Error(`${operation} wrote without an audit entry`)
      const { status, body } = options.reply?.(value) ?? { status: 200, body: '' }
      await Promise.all([
        record(sql, actor, now, drafts),
        ...events.map(([event, payload]) => bus.send(sql, event, payload, actor.personId)),
        idempotency &&
          sql`update kernel.idempotency set status = ${status}, reply = ${body}
            where scope = ${scope} and key = ${idempotency.key}`,
      ])
      return { isReplay: false, value, status, body }
    })
  }
  return {
    kit,
    async write(actor, options, work) {
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(actor, options, work)
        } catch (error) {
          if (tries >= 4 || !isRetryable(error)) throw error
        }
      }
    },
    read: (actor, work) =>
      transact(client, 'read only', async transaction =>
        work({ ...transaction, now: await open(transaction.sql, actor), actor, kit }),
      ),
    glance: work => {
      const look = (from: Transaction) => work({ ...from, kit, now: () => timeOf(from.sql) })
      return faces ? look(faces) : transact(client, 'read only', look)
    },
  }
}
