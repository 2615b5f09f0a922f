import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { BucketSettings } from './kernel/bucket.ts'
import type { MailSettings } from './kernel/mail.ts'
import { StartupError } from './kernel/startup.ts'
import type { StripeSettings } from './modules/settlement/index.ts'

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
  /** Where files lie; undefined: below `home`. */
  readonly bucket: BucketSettings | undefined
  /** clamd's address; `held`: none, each file waits for two people; `accepted`: none, which the operator accepts. */
  readonly scanner: { readonly host: string; readonly port: number } | 'held' | 'accepted'
  /** What an organisation may store unless the operator says otherwise. */
  readonly quotaBytes: number
  readonly quotaVersions: number
  /** Hours after which an upload that was not finished is swept. */
  readonly uploadHours: number
  /** Hosts from which data may be fetched though they are not public or speak no TLS; demo mode: the loopback. */
  readonly pullHosts: readonly string[]
  /** Seconds after which the fetching of one file is cut. */
  readonly pullSeconds: number
  /** Online payment: how Stripe is reached; undefined: nothing is offered. */
  readonly stripe: StripeSettings | undefined
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

const bucketNames = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

/** The S3-compatible store: all of its settings or none. */
function bucketOf(env: NodeJS.ProcessEnv): BucketSettings | undefined {
  const [endpoint, bucket, region, accessKeyId, secretAccessKey] = bucketNames.map(name => env[name] || undefined)
  if (![endpoint, bucket, region, accessKeyId, secretAccessKey].some(Boolean)) return undefined
  const lacking = bucketNames.find(name => !env[name])
  if (!endpoint || !bucket || !region || !accessKeyId || !secretAccessKey)
    throw new ConfigError(`${bucketNames.join(', ')} are set together; ${lacking} is missing.`)
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new ConfigError(`S3_ENDPOINT must be an http or https address, not “${endpoint}”.`)
  return Object.freeze({ endpoint, bucket, region, accessKeyId, secretAccessKey })
}

/** Demo mode accepts files without a scanner, and says so on the operator's page; elsewhere silence means `held`. */
function scannerOf(env: NodeJS.ProcessEnv, isDemo: boolean): Config['scanner'] {
  const { SCANNER_URL: url = '' } = env
  const accepts = oneOf(env, 'SCANNER', ['none-accepted', 'none-held', ''] as const, '')
  if (url === '') return accepts === 'none-accepted' || (isDemo && accepts === '') ? 'accepted' : 'held'
  if (accepts !== '') throw new ConfigError('SCANNER says that there is no scanner; do not set SCANNER_URL with it.')
  const { protocol = '', hostname = '', port = '' } = URL.canParse(url) ? new URL(url) : {}
  if (protocol !== 'tcp:' || hostname === '')
    throw new ConfigError(`SCANNER_URL must be clamd's address such as tcp://127.0.0.1:3310, not “${url}”.`)
  return Object.freeze({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 3310) })
}

/** Names of hosts as they stand in addresses, `data.intra.example:8080` or without a port for each of them. */
function pullHosts(env: NodeJS.ProcessEnv, isDemo: boolean): readonly string[] {
  const given = env.JINSHU_PULL_HOSTS
  if (given === undefined) return Object.freeze(isDemo ? [...loopback] : [])
  const list = given
    .split(',')
    .map(each => each.trim().toLowerCase())
    .filter(each => each !== '')
  const wrong = list.find(each => !/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+|[0-9a-f:]+)(:\d{1,5})?$/.test(each))
  if (wrong !== undefined)
    throw new ConfigError(
      `JINSHU_PULL_HOSTS takes host names such as data.intra.example,10.0.0.7:8080, not “${wrong}”.`,
    )
  return Object.freeze(list)
}

/** A secret from the environment, or from the file that `<name>_FILE` names, as container platforms mount them. */
function secretOf(env: NodeJS.ProcessEnv, name: string): string {
  const path = env[`${name}_FILE`]
  if (!path) return env[name] ?? ''
  if (env[name]) throw new ConfigError(`Set ${name} or ${name}_FILE, not both.`)
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new ConfigError(`${name}_FILE names ${path}, which cannot be read.`)
  }
}

/** Stripe's two secrets, both or neither; the address only where it is reached through something else. */
function stripeOf(env: NodeJS.ProcessEnv): StripeSettings | undefined {
  const [secretKey, webhookSecret] = [secretOf(env, 'STRIPE_SECRET_KEY'), secretOf(env, 'STRIPE_WEBHOOK_SECRET')]
  if (secretKey === '' && webhookSecret === '') return undefined
  if (secretKey === '' || webhookSecret === '')
    throw new ConfigError('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are set together, or neither.')
  const { STRIPE_API_URL: url = '' } = env
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (url !== '' && (!address || !/^https?:$/.test(address.protocol)))
    throw new ConfigError(`STRIPE_API_URL must be an http or https address, not “${url}”.`)
  return Object.freeze({
    secretKey,
    webhookSecret,
    host: address?.hostname,
    port: address?.port ? Number(address.port) : undefined,
    protocol: address?.protocol === 'http:' ? 'http' : 'https',
  })
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
  const isDemo = asked && loopback.has(host)
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
    isDemo,
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
    bucket: bucketOf(env),
    scanner: scannerOf(env, isDemo),
    quotaBytes: wholeNumber(env, 'JINSHU_QUOTA_BYTES', 100 * 2 ** 30, 0, 2 ** 50),
    quotaVersions: wholeNumber(env, 'JINSHU_QUOTA_VERSIONS', 10_000, 0, 2 ** 31 - 1),
    uploadHours: wholeNumber(env, 'JINSHU_UPLOAD_HOURS', 168, 1, 8_760),
    pullHosts: pullHosts(env, isDemo),
    pullSeconds: wholeNumber(env, 'JINSHU_PULL_SECONDS', 900, 1, 86_400),
    stripe: stripeOf(env),
  })
}
