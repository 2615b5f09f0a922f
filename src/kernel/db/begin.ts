import { setTimeout as wait } from 'node:timers/promises'
import type postgres from 'postgres'
import { isUnreachable } from './errors.ts'

type Mode = '' | 'read write' | 'read only' | 'isolation level repeatable read read only'

/** A statement that was never sent. It rejects when awaited; one that nobody awaits harms nobody, as with the driver's. */
function unsent(): Promise<never> {
  const error = Object.assign(new Error('the connection of this transaction is gone'), { code: 'CONNECTION_CLOSED' })
  const statement = Promise.reject(error)
  statement.catch(() => {})
  const itself = () => statement
  return Object.assign(statement, { execute: itself, values: itself, raw: itself, simple: itself })
}

/** The transaction's tag, which sends nothing once the connection is gone. */
function guarded(raw: postgres.TransactionSql, isLost: () => boolean): postgres.TransactionSql {
  const sending = new Set<string | symbol>(['unsafe', 'savepoint'])
  return new Proxy(raw, {
    apply: (target, self, args) => (isLost() ? unsent() : Reflect.apply(target, self, args)),
    get(target, name) {
      const value = Reflect.get(target, name)
      if (!sending.has(name)) return value
      return (...args: unknown[]) => (isLost() ? unsent() : (value as (...all: unknown[]) => unknown)(...args))
    },
  })
}

/**
 * Runs `work` in a transaction, as postgres.js' own `begin` does, and survives the loss of its connection. postgres.js
 * 3.4.9 sends the statement that follows (its own ROLLBACK, or the next of a use case that was busy elsewhere) to a
 * socket that is null by then, which ends the process (porsager/postgres#1208), or to the next transaction that the
 * connection serves after it was opened again. So `work` is never seen to end once the connection is lost: `begin`
 * itself rejects then, and no statement leaves any more.
 */
export async function begin<T>(
  client: postgres.Sql,
  mode: Mode,
  work: (sql: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  let isOver = false
  const never = () => new Promise<never>(() => {})
  const running = client.begin(mode, async raw => {
    const sql = guarded(raw, () => isOver)
    try {
      const value = await work(sql)
      return isOver ? await never() : { value }
    } catch (error) {
      // the socket's error comes a moment before its closing, which settles `running`
      for (let i = 0; i < 20 && !isOver && isUnreachable(error); i++) await wait(50)
      if (isOver) return await never()
      throw error
    }
  })
  try {
    return ((await running) as { value: T }).value
  } finally {
    isOver = true
  }
}
