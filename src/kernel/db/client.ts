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
 * A statement is given up after 15 s and a lock after 5 s, so that one stuck transaction cannot hold the exchange.
 */
export function connect(url: string, { size = 4, name = 'jinshu', isPlain = false } = {}): Client {
  const client = postgres(url, {
    max: size,
    connect_timeout: 5,
    idle_timeout: 60,
    // the driver's own pause grows to 20 s, during which requests would hang instead of being told to come again
    backoff: () => 0.05,
    onnotice: () => {},
    connection: { application_name: name, statement_timeout: 15_000, lock_timeout: 5_000, TimeZone: 'UTC' },
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

/** Runs `work` in one transaction and commits when it resolves; read-only when asked. */
export async function transact<T>(
  client: Client,
  mode: 'read write' | 'read only',
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return begin(client, mode, async sql => {
    // drizzle only calls the tag, `unsafe` and `savepoint`, which a transaction has; its parameter type asks for a pool
    const session = new PostgresJsSession(sql as unknown as Client, dialect, undefined, {})
    const tx = new PostgresJsTransaction(dialect, session as never, undefined) as unknown as Tx
    return work({ tx, sql })
  })
}
