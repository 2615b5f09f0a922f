import { createHash, createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type {
  GetObjectCommandOutput,
  HeadObjectCommandOutput,
  ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3'
import type { BucketSettings } from '../../src/kernel/bucket.ts'

type Test = { teardown: (work: () => Promise<void> | void) => void }

interface Parts {
  readonly key: string
  readonly began: Date
  readonly parts: Map<number, Buffer>
}

/** An S3-compatible store in this process, spoken to over HTTP: it keeps what was signed and refuses what was not. */
export interface Bucket {
  readonly settings: BucketSettings
  readonly objects: Map<string, Buffer>
  readonly uploads: Map<string, Parts>
  /** requests as `METHOD key` */
  readonly asked: string[]
  /** answers the next so many requests with this status */
  fail(status: number, times: number): void
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
const strict = (value: string) =>
  encodeURIComponent(value).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** What is wrong with the signature of a request (AWS Signature Version 4), or undefined. */
function forgery(request: IncomingMessage, body: Buffer, settings: BucketSettings): string | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
  const parts = form.exec(request.headers.authorization ?? '')
  if (!parts) return 'MissingAuthenticationToken'
  const [, id, day, region, names = '', signature] = parts
  if (id !== settings.accessKeyId || region !== settings.region) return 'InvalidAccessKeyId'
  const instant = String(request.headers['x-amz-date'])
  if (!instant.startsWith(day!)) return 'RequestTimeTooSkewed'
  for (const needed of ['host', 'x-amz-content-sha256', 'x-amz-date'])
    if (!names.split(';').includes(needed)) return 'AccessDenied'
  const hash = String(request.headers['x-amz-content-sha256'])
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const url = new URL(request.url!, 'http://x')
  const query = [...url.searchParams]
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .sort()
    .join('&')
  const headers = names.split(';').map(name => `${name}:${String(request.headers[name]).trim()}\n`)
  const canonical = [request.method, url.pathname, query, headers.join(''), names, hash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', instant, scope, sha256(canonical)].join('\n')
  const key = ['s3', 'aws4_request'].reduce(
    (kept, part) => hmac(kept, part),
    hmac(hmac(`AWS4${settings.secretAccessKey}`, day!), region!),
  )
  return hmac(key, toSign).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}

const xml = (reply: ServerResponse, status: number, body: string) =>
  reply.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${body}`)

function get(reply: ServerResponse, request: IncomingMessage, bytes: Buffer): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const part = range ? bytes.subarray(Number(range[1]), range[2] ? Number(range[2]) + 1 : undefined) : bytes
  const facts: Pick<GetObjectCommandOutput & HeadObjectCommandOutput, 'ContentLength' | 'ETag'> = {
    ContentLength: part.length,
    ETag: `"${createHash('md5').update(bytes).digest('hex')}"`,
  }
  reply.writeHead(range ? 206 : 200, { 'content-length': facts.ContentLength, etag: facts.ETag })
  reply.end(request.method === 'HEAD' ? undefined : part)
}

/** Starts one on loopback. */
export async function openBucket(t: Test): Promise<Bucket> {
  const objects = new Map<string, Buffer>()
  const uploads = new Map<string, Parts>()
  const asked: string[] = []
  let failing = { status: 0, times: 0 }
  let settings: BucketSettings
  const answer = async (request: IncomingMessage, reply: ServerResponse) => {
    const body = await buffer(request)
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/')
    const key = rest.join('/')
    asked.push(`${request.method} ${key}`)
    if (failing.times > 0) {
      failing.times -= 1
      return xml(reply, failing.status, '<Error><Code>InternalError</Code></Error>')
    }
    const wrong = bucket === settings.bucket ? forgery(request, body, settings) : 'NoSuchBucket'
    if (wrong) return xml(reply, wrong === 'NoSuchBucket' ? 404 : 403, `<Error><Code>${wrong}</Code></Error>`)
    const uploadId = searchParams.get('uploadId')
    const upload = uploadId === null ? undefined : uploads.get(uploadId)
    if (request.method === 'GET' && searchParams.has('uploads')) {
      const listed: ListMultipartUploadsCommandOutput['Uploads'] = [...uploads].map(
        ([UploadId, { key: Key, began }]) => ({
          UploadId,
          Key,
          Initiated: began,
        }),
      )
      const items = listed.map(
        each =>
          `<Upload><Key>${each.Key}</Key><UploadId>${each.UploadId}</UploadId><Initiated>${each.Initiated!.toISOString()}</Initiated></Upload>`,
      )
      return xml(
        reply,
        200,
        `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${items.join('')}</ListMultipartUploadsResult>`,
      )
    }
    if (request.method === 'POST' && searchParams.has('uploads')) {
      const id = randomUUID()
      uploads.set(id, { key, began: new Date(), parts: new Map() })
      return xml(
        reply,
        200,
        `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      )
    }
    if (uploadId !== null && !upload) return xml(reply, 404, '<Error><Code>NoSuchUpload</Code></Error>')
    if (request.method === 'PUT' && upload) {
      upload.parts.set(Number(searchParams.get('partNumber')), body)
      return reply.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
    }
    if (request.method === 'POST' && upload) {
      const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(match => Number(match[1]))
      objects.set(key, Buffer.concat(numbers.map(number => upload.parts.get(number)!)))
      uploads.delete(uploadId!)
      return xml(reply, 200, `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`)
    }
    if (request.method === 'DELETE') {
      if (upload) uploads.delete(uploadId!)
      else objects.delete(key)
      return reply.writeHead(204).end()
    }
    if (request.method === 'PUT') {
      objects.set(key, body)
      return reply.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
    }
    const found = objects.get(key)
    if (found) return get(reply, request, found)
    return request.method === 'HEAD'
      ? reply.writeHead(404).end()
      : xml(reply, 404, `<Error><Code>NoSuchKey</Code><Key>${key}</Key></Error>`)
  }
  const server = createServer((request, reply) => void answer(request, reply))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  settings = {
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    bucket: 'jinshu-data',
    region: 'cn-north-1',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  }
  return {
    settings,
    objects,
    uploads,
    asked,
    fail: (status, times) => {
      failing = { status, times }
    },
  }
}
