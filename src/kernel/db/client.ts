import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle, PostgresJsSession, PostgresJsTransaction } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { begin } from './begin.ts'

type NoSchema = Record<string, never>

/** A drizzle transaction: what use cases write with. */
export type Tx = PostgresJsTransaction<NoSchema, ExtractTablesWithRelations<NoSchema>>

/** The raw transaction of postgres.js: prepared and pipelined; timestamps arrive as text, bigint as text. */
export type RawTx = postgres.TransactionSql

export type Client = postgres.Sql

const dialect = new PgDialect({ casing: 'snake_case' })

/**
 * Opens a pool. `size` 2–4 is best on two cores (a larger pool only adds context switches).
 * `isPlain` keeps postgres.js' own types, for libraries that bring their SQL (pg-boss).
 * `isReadOnly` makes a pool whose connections can change nothing and act for nobody.
 * A statement is given up after 15 s and a lock after 5 s, so that one stuck transaction cannot hold the exchange.
 */
export function connect(url: string, { size = 4, name = 'jinshu', isPlain = false, isReadOnly = false } = {}): Client {
  const client = postgres(url, {
    max: size,
    connect_timeout: 5,
    idle_timeout: 60,
    // the driver's own pause grows to 20 s, during which requests would hang instead of being told to come again
    backoff: () => 0.05,
    onnotice: () => {},
    connection: {
      application_name: name,
      statement_timeout: 15_000,
      lock_timeout: 5_000,
      TimeZone: 'UTC',
      ...(isReadOnly && { default_transaction_read_only: true, 'jinshu.actor': 'anonymous' }),
    },
  })
  // drizzle sets the parsers and serializers that its column types expect on the client that it is given
  if (!isPlain) drizzle(client)
  return client
}

/** A transaction for a use case or a query, with both faces of the same connection. */
export interface Transaction {
  readonly tx: Tx
  readonly sql: RawTx
}

type Send = (statement: string, values: unknown[], options?: object) => unknown

/**
 * Both faces of a connection. drizzle only calls `unsafe` and `savepoint`, though its types ask for a pool; it would
 * have each statement parsed and planned anew, which costs a round trip and four times the work: here they are prepared.
 */
function facesOf(sql: RawTx, source: object = sql): Transaction {
  const send = Reflect.get(source, 'unsafe') as Send
  const driver = {
    unsafe: (statement: string, values: unknown[]) => send(statement, values, { prepare: true }),
    savepoint: Reflect.get(source, 'savepoint'),
  }
  const session = new PostgresJsSession(driver as never, dialect, undefined, {})
  return { sql, tx: new PostgresJsTransaction(dialect, session as never, undefined) as unknown as Tx }
}

/** A drizzle statement that is built once for each face of the database, not at each call. */
export function keptStatement<S>(build: (tx: Tx) => S): (from: { readonly tx: Tx }) => S {
  const kept = new WeakMap<Tx, S>()
  return ({ tx }) => {
    const statement = kept.get(tx) ?? build(tx)
    kept.set(tx, statement)
    return statement
  }
}

/**
 * What single statements are read with: each is a read-only transaction of its own on the next connection, sent without
 * waiting for those before it. Nothing but the tag is handed out: no use case can see the pool.
 */
export function readingFaces(readers: Client): Transaction {
  const tag = (...args: unknown[]) => Reflect.apply(readers as never, undefined, args)
  return facesOf(tag as never, readers)
}

/** Runs `work` in one transaction and commits when it resolves; read-only when asked. */
export async function transact<T>(
  client: Client,
  mode: 'read write' | 'read only',
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return begin(client, mode, async sql => work(facesOf(sql)))
}
