import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { MailSettings } from './kernel/mail.ts'
import { StartupError } from './kernel/startup.ts'

/** What the process was told by its environment; read once, checked, frozen. */
export interface Config {
  /** Folder for keys, stored files, the published log and the embedded database. */
  readonly home: string
  /** PostgreSQL ≥ 15; undefined means the embedded one. */
  readonly databaseUrl: string | undefined
  readonly host: string
  readonly port: number
  readonly role: 'web' | 'worker' | 'both'
  /** Address under which people reach the exchange, without trailing slash: printed into certificates and QR codes. */
  readonly publicUrl: string
  /** Demo mode: default accounts and a movable clock; only ever on loopback. */
  readonly isDemo: boolean
  readonly masterKeyFile: string
  readonly maxUploadBytes: number
  /** Requests a minute from one address. */
  readonly requestsPerMinute: number
  /** Addresses and networks of the proxies in front, whose `X-Forwarded-For` names the caller. */
  readonly trustedProxies: readonly string[]
  readonly logLevel: string
  /** Where e-mail goes out; undefined: it is kept and shown to the operator. */
  readonly mail: MailSettings | undefined
}

/** A setting that cannot be used; its message is one sentence for the person who started the process. */
export class ConfigError extends StartupError {}

const loopback = new Set(['localhost', '127.0.0.1', '::1'])

function wholeNumber(env: NodeJS.ProcessEnv, name: string, fallback: number, least: number, most: number): number {
  const given = env[name]
  if (given === undefined || given === '') return fallback
  const value = Number(given)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ConfigError(`${name} must be a whole number from ${least} to ${most}, not “${given}”.`)
  return value
}

function oneOf<T extends string>(env: NodeJS.ProcessEnv, name: string, choices: readonly T[], fallback: T): T {
  const given = env[name]
  if (given === undefined || given === '') return fallback
  if (!choices.includes(given as T))
    throw new ConfigError(`${name} must be one of ${choices.join(', ')}, not “${given}”.`)
  return given as T
}

function addresses(env: NodeJS.ProcessEnv, name: string): readonly string[] {
  const given = (env[name] ?? '').split(',').map(each => each.trim())
  const list = given.filter(each => each !== '')
  const wrong = list.find(each => {
    const [address = '', bits, more] = each.split('/')
    const most = isIP(address) === 4 ? 32 : 128
    return (
      isIP(address) === 0 || more !== undefined || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && +bits <= most))
    )
  })
  if (wrong !== undefined)
    throw new ConfigError(`${name} takes addresses and networks such as 10.0.0.5,172.16.0.0/12, not “${wrong}”.`)
  return Object.freeze(list)
}

/** The SMTP server and the sender, both or neither. */
function mailOf(env: NodeJS.ProcessEnv): MailSettings | undefined {
  const { SMTP_URL: url = '', MAIL_FROM: from = '' } = env
  if (url === '' && from === '') return undefined
  // the address may carry a password: it is not repeated
  if (!/^smtps?:\/\//.test(url) || !URL.canParse(url))
    throw new ConfigError('SMTP_URL must be an address such as smtps://user:password@host:465 (set it with MAIL_FROM).')
  if (!/^([^<>\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?$/.test(from))
    throw new ConfigError(`MAIL_FROM must be an address such as Jinshu <no-reply@example.gov.cn>, not “${from}”.`)
  return Object.freeze({ url, from })
}

/** Reads and checks the settings. @throws ConfigError naming the setting and what it may be. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const host = env.HOST || 'localhost'
  const port = wholeNumber(env, 'PORT', 3000, 1, 65535)
  const databaseUrl = env.DATABASE_URL || undefined
  if (databaseUrl && !(/^postgres(ql)?:\/\//.test(databaseUrl) && URL.canParse(databaseUrl)))
    throw new ConfigError('DATABASE_URL must be an address such as postgres://user:password@host:5432/database.')
  const asked = oneOf(env, 'JINSHU_DEMO', ['0', '1'], databaseUrl ? '0' : '1') === '1'
  if (env.JINSHU_DEMO === '1' && !loopback.has(host))
    throw new ConfigError(`JINSHU_DEMO=1 works only on loopback (HOST=localhost), not on ${host}.`)
  const home = resolve(env.JINSHU_HOME || 'var')
  const publicUrl = (env.PUBLIC_URL || `http://localhost:${port}`).replace(/\/+$/, '')
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl))
    throw new ConfigError(`PUBLIC_URL must be an http or https address, not “${publicUrl}”.`)
  return Object.freeze({
    home,
    databaseUrl,
    host,
    port,
    role: oneOf(env, 'JINSHU_ROLE', ['both', 'web', 'worker'] as const, 'both'),
    publicUrl,
    isDemo: asked && loopback.has(host),
    masterKeyFile: resolve(env.JINSHU_MASTER_KEY_FILE || `${home}/keys/master.key`),
    maxUploadBytes: wholeNumber(env, 'JINSHU_MAX_UPLOAD_BYTES', 2 ** 30, 1, 2 ** 40),
    requestsPerMinute: wholeNumber(env, 'JINSHU_REQUESTS_PER_MINUTE', asked ? 100_000 : 1_200, 1, 10_000_000),
    trustedProxies: addresses(env, 'JINSHU_TRUSTED_PROXIES'),
    logLevel: oneOf(
      env,
      'LOG_LEVEL',
      ['info', 'silent', 'fatal', 'error', 'warn', 'debug', 'trace'] as const,
      asked ? 'warn' : 'info',
    ),
    mail: mailOf(env),
  })
}
