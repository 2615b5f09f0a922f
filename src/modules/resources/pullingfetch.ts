import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Transform } from 'node:stream'
import type { FileStore, StoredFile } from '../../kernel/files.ts'
import { Problem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { checkedUrl, guardedLookup, isNamedHost } from './pullingaddress.ts'
import { PullError } from './pullingmodel.ts'

const mostRedirects = 5
/** The first byte of an answer, and each further one, must come within this. */
const quietMs = 30_000

export interface Wanted {
  readonly url: string
  /** the whole header, or undefined */
  readonly authorization: string | undefined
  readonly etag: string | null
  readonly lastModified: string | null
}

export interface Limits {
  readonly hosts: readonly string[]
  readonly maxBytes: number
  /** time bound, and the end of the process */
  readonly signal: AbortSignal
}

/** What came: nothing new, or a file that lies in the store. */
export type Fetched =
  | { readonly isNew: false; readonly status: number }
  | {
      readonly isNew: true
      readonly status: number
      readonly file: StoredFile
      readonly etag: string | null
      readonly lastModified: string | null
    }

const unreachable = (code: string | undefined) =>
  new PullError(
    code === 'ENOTFOUND'
      ? text('找不到该主机名', 'The name of the host is not known')
      : /CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code ?? '')
        ? text('服务器证书无效', 'The certificate of the server is not valid')
        : text(`无法连接服务器${code ? `（${code}）` : ''}`, `The server cannot be reached${code ? ` (${code})` : ''}`),
    text('检查地址和服务器是否可用。', 'Check the address and whether the server is well.'),
  )

const tooSlow = () =>
  new PullError(
    text('服务器在规定时间内没有送完数据', 'The server did not send all in the time allowed'),
    text('检查服务器和网络，或减小文件。', 'Check the server and the network, or make the file smaller.'),
  )

/** One request; redirects are the caller's. @throws PullError */
function ask(url: URL, headers: Record<string, string>, { hosts, signal }: Limits): Promise<IncomingMessage> {
  const options: RequestOptions = {
    headers,
    signal,
    lookup: guardedLookup(isNamedHost(url, hosts)),
    // a connection of its own: none that was opened for another host is used again
    agent: false,
    timeout: quietMs,
  }
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve)
    sent.on('timeout', () => sent.destroy(tooSlow()))
    sent.on('error', error => {
      if (error instanceof PullError) reject(error)
      else reject(signal.aborted ? tooSlow() : unreachable((error as NodeJS.ErrnoException).code))
    })
    sent.end()
  })
}

function refused(status: number): PullError {
  if (status === 401 || status === 403)
    return new PullError(
      text(`服务器拒绝访问（HTTP ${status}）`, `The server refuses access (HTTP ${status})`),
      text('检查访问凭据是否正确、是否过期。', 'Check whether the credential is right and still valid.'),
      status,
    )
  if (status === 404 || status === 410)
    return new PullError(
      text(`服务器上没有该文件（HTTP ${status}）`, `The server has no such file (HTTP ${status})`),
      text('检查地址。', 'Check the address.'),
      status,
    )
  return new PullError(
    text(`服务器答复 HTTP ${status}`, `The server answered HTTP ${status}`),
    text('查看服务器日志；恢复后会自动重试。', 'Look at the log of the server; it is tried again by itself.'),
    status,
  )
}

const redirectStatuses = [301, 302, 303, 307, 308]

/** Follows redirects; each address is checked as the first was, and a credential goes to its own origin only. */
async function follow(wanted: Wanted, limits: Limits): Promise<IncomingMessage> {
  let url = checkedUrl(wanted.url, limits.hosts)
  const { origin } = url
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const isSame = url.origin === origin
    const answer = await ask(
      url,
      {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'Jinshu',
        ...(isSame && wanted.authorization !== undefined && { authorization: wanted.authorization }),
        ...(wanted.etag !== null && { 'if-none-match': wanted.etag }),
        ...(wanted.lastModified !== null && { 'if-modified-since': wanted.lastModified }),
      },
      limits,
    )
    const { location } = answer.headers
    if (!redirectStatuses.includes(answer.statusCode ?? 0) || location === undefined) return answer
    answer.destroy()
    if (!URL.canParse(location, url)) throw refused(answer.statusCode ?? 0)
    url = checkedUrl(new URL(location, url).href, limits.hosts)
  }
  throw new PullError(
    text(`重定向超过 ${mostRedirects} 次`, `There were more than ${mostRedirects} redirects`),
    text('填写文件的最终地址。', 'Give the final address of the file.'),
  )
}

/** A body that ends with an error when nothing comes for too long, or when fewer bytes came than were said. */
function watched(answer: IncomingMessage, signal: AbortSignal): Transform {
  const body = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
  })
  answer.setTimeout(quietMs, () => answer.destroy(tooSlow()))
  answer.on('error', error =>
    body.destroy(signal.aborted ? tooSlow() : error instanceof PullError ? error : new Error('the transfer broke off')),
  )
  answer.on('aborted', () => body.destroy(signal.aborted ? tooSlow() : new Error('the transfer broke off')))
  answer.pipe(body)
  return body
}

const tooLarge = (maxBytes: number, status: number) =>
  new PullError(
    text(
      `文件超过可接收的上限 ${(maxBytes / 1048576).toFixed(1)} MiB`,
      `The file is larger than the ${(maxBytes / 1048576).toFixed(1)} MiB that may be received`,
    ),
    text('减小文件，或请运营机构提高配额。', 'Make the file smaller, or ask the operator for a larger quota.'),
    status,
  )

const brokenOff = (status: number) =>
  new PullError(
    text('传输中途断开，没有保存任何内容', 'The transfer broke off; nothing was kept'),
    text('检查服务器和网络；会自动重试。', 'Check the server and the network; it is tried again by itself.'),
    status,
  )

/**
 * Fetches a file into the store, whole or not at all, within the limits. Nothing is held in memory; what broke off leaves
 * nothing. @throws PullError saying what happened and what to do
 */
export async function fetchFile(files: FileStore, wanted: Wanted, limits: Limits): Promise<Fetched> {
  const answer = await follow(wanted, limits)
  const status = answer.statusCode ?? 0
  try {
    if (status === 304) return { isNew: false, status }
    if (status !== 200) throw refused(status)
    if (Number(answer.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits.maxBytes, status)
    if (!['identity', undefined].includes(answer.headers['content-encoding']))
      throw new PullError(
        text('服务器发送了压缩内容', 'The server sent compressed content'),
        text('让服务器对“Accept-Encoding: identity”发送原文件。', 'Let it honour “Accept-Encoding: identity”.'),
        status,
      )
    const file = await files.put(watched(answer, limits.signal), { maxBytes: limits.maxBytes })
    if (file.bytes === 0) {
      await files.remove(file.sha256)
      throw new PullError(
        text('文件为空', 'The file is empty'),
        text('检查数据的导出步骤。', 'Check how the data is exported.'),
        status,
      )
    }
    const { etag = null, 'last-modified': lastModified = null } = answer.headers
    return { isNew: true, status, file, etag, lastModified }
  } catch (error) {
    if (limits.signal.aborted && !(error instanceof PullError)) throw tooSlow()
    if (error instanceof Problem && error.cause instanceof PullError) throw error.cause
    if (error instanceof Problem && error.type.slug === 'payload-too-large') throw tooLarge(limits.maxBytes, status)
    if (error instanceof Problem && error.type.slug === 'upload-interrupted') throw brokenOff(status)
    throw error
  } finally {
    answer.destroy()
  }
}
