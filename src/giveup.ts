import type { Config } from './config.ts'
import { databaseError } from './kernel/db/errors.ts'
import { StartupError } from './kernel/startup.ts'

const unwritable = new Set(['EACCES', 'EEXIST', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'])
const unreachable = /^(ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENOTFOUND|ETIMEDOUT|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/
const refused = /^(28000|28P01|3D000|42501|53300|57P03)$/

/** What is wrong, in one sentence for the person who started the process; undefined for a mistake of ours. */
export function sentenceFor(error: unknown, config: Config | undefined): string | undefined {
  if (error instanceof StartupError) return error.message
  const { code = '', path, message } = (databaseError(error) ?? {}) as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `Port ${config?.port} is taken: stop the other program or set PORT.`
  if (path && unwritable.has(code))
    return `${path} cannot be written (${code}): allow it, or name another folder with JINSHU_HOME.`
  if (!config?.databaseUrl) return undefined
  const { host } = new URL(config.databaseUrl)
  if (unreachable.test(code))
    return `PostgreSQL at ${host} cannot be reached (${code}): check DATABASE_URL and that it runs.`
  if (refused.test(code)) return `PostgreSQL at ${host} refuses this user or database (${message}): check DATABASE_URL.`
  return undefined
}

/** Says on standard error why the process cannot run, and ends it. */
export function giveUp(error: unknown, config?: Config): never {
  const words = sentenceFor(error, config) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.stderr.write(`jinshu: ${words}\n`)
  process.exit(1)
}
