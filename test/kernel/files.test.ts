import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { createFileStore } from '../../src/kernel/files.ts'
import { Problem } from '../../src/kernel/problem.ts'

const sha = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const everything = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter(e => e.isFile()).map(e => e.name)

async function newStore(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-files-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return { folder, store: createFileStore(folder) }
}

const refusal = async (work: Promise<unknown>): Promise<Problem> => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof Problem)) throw new Error(`expected a Problem, got ${String(error)}`)
  return error
}

t.test('a stored object is addressed by its digest and read back whole or by range', async t => {
  const { store } = await newStore(t)
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, 'data of Shanxi ')
  const pieces = Readable.from([bytes.subarray(0, 5), bytes.subarray(5, 2_000_000), bytes.subarray(2_000_000)])
  const stored = await store.put(pieces, { maxBytes: bytes.length })
  t.same(stored, { sha256: sha(bytes), bytes: bytes.length })
  t.equal(await store.size(stored.sha256), bytes.length)
  t.ok(await store.has(stored.sha256))
  t.ok(await store.verify(stored.sha256))
  t.ok(bytes.equals(await buffer(store.open(stored.sha256))))
  t.ok(bytes.subarray(10, 21).equals(await buffer(store.open(stored.sha256, { start: 10, end: 20 }))))
  t.ok((await store.path(stored.sha256)).endsWith(stored.sha256))
})

t.test('the same content twice, also at once, is one object', async t => {
  const { folder, store } = await newStore(t)
  const results = await Promise.all(
    Array.from({ length: 8 }, () => store.put(Readable.from([Buffer.from('same')]), { maxBytes: 4 })),
  )
  t.equal(new Set(results.map(r => r.sha256)).size, 1)
  t.same(await everything(folder), [sha('same')])
})

t.test('the limit is accepted, one byte more is refused, and nothing stays', async t => {
  const { folder, store } = await newStore(t)
  const exact = await store.put(Readable.from([Buffer.alloc(1000)]), { maxBytes: 1000 })
  t.equal(exact.bytes, 1000)
  await store.remove(exact.sha256)
  const source = Readable.from([Buffer.alloc(999), Buffer.alloc(2), Buffer.alloc(50_000)])
  const problem = await refusal(store.put(source, { maxBytes: 1000 }))
  t.equal(problem.type.slug, 'payload-too-large')
  t.match(problem.detail.en, '1000 bytes')
  t.same(await everything(folder), [])
  const empty = await store.put(Readable.from([]), { maxBytes: 0 })
  t.equal(empty.sha256, sha(''))
})

t.test('a stream that a parser cut short counts as too large', async t => {
  const { folder, store } = await newStore(t)
  const cut = Object.assign(Readable.from([Buffer.from('abc')]), { truncated: true })
  t.equal((await refusal(store.put(cut, { maxBytes: 10 }))).type.slug, 'payload-too-large')
  t.same(await everything(folder), [])
})

t.test('an abort in the middle leaves nothing', async t => {
  const { folder, store } = await newStore(t)
  const source = new PassThrough()
  const put = store.put(source, { maxBytes: 1e9 })
  source.write(Buffer.alloc(700_000))
  await new Promise(done => setTimeout(done, 20))
  t.equal((await everything(folder)).length, 1, 'a temporary file is there while it runs')
  source.destroy()
  t.equal((await refusal(put)).type.slug, 'upload-interrupted')
  t.same(await everything(folder), [])

  const failing = new PassThrough()
  const second = store.put(failing, { maxBytes: 1e9 })
  failing.write('abc')
  failing.destroy(new Error('reset'))
  t.equal((await refusal(second)).type.slug, 'upload-interrupted')
  t.equal((await refusal(store.put(failing, { maxBytes: 1e9 }))).type.slug, 'upload-interrupted')
  t.same(await everything(folder), [])
})

t.test('over HTTP a hang-up leaves nothing and a refusal can be answered', async t => {
  const { folder, store } = await newStore(t)
  const seen: string[] = []
  const server = createServer((request, reply) => {
    store.put(request, { maxBytes: 100_000 }).then(
      stored => reply.end(stored.sha256),
      (error: Problem) => {
        seen.push(error.type.slug)
        reply.writeHead(error.type.status).end(error.type.slug)
      },
    )
  })
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as { port: number }).port
  const socket = connect(port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\nonly a little')
  await new Promise(done => setTimeout(done, 50))
  socket.destroy()
  while (seen.length === 0) await new Promise(done => setTimeout(done, 10))
  t.same(seen, ['upload-interrupted'])
  const url = `http://127.0.0.1:${port}/`
  const large = await fetch(url, { method: 'POST', body: new Uint8Array(3_000_000) })
  t.equal(large.status, 413)
  t.equal(await large.text(), 'payload-too-large')
  t.same(await everything(folder), [])
  const good = await fetch(url, { method: 'POST', body: 'hello' })
  t.equal(await good.text(), sha('hello'))
})

t.test('a full disk is a temporary refusal that says when to come back', async t => {
  const { folder, store } = await newStore(t)
  // The file handle's prototype is the one place where a full disk can be played without privileges.
  const probe = await open(join(folder, 'probe'), 'w')
  const prototype = Object.getPrototypeOf(probe)
  await probe.close()
  await rm(join(folder, 'probe'))
  const { writeFile: original } = prototype
  prototype.writeFile = async () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  const problem = await refusal(store.put(Readable.from([Buffer.alloc(10)]), { maxBytes: 10 })).finally(() => {
    prototype.writeFile = original
  })
  t.equal(problem.type.slug, 'unavailable')
  t.equal(problem.retryAfter, 60)
  t.same(await everything(folder), [])
})

t.test('damage is found, quarantined, and mended by the same content again', async t => {
  const { store } = await newStore(t)
  const { sha256 } = await store.put(Readable.from(['genuine']), { maxBytes: 10 })
  t.equal((await refusal(store.quarantine(sha256))).type.slug, 'conflict')
  const path = await store.path(sha256)
  await rm(path)
  await writeFile(path, 'altered')
  t.notOk(await store.verify(sha256))
  const away = await store.quarantine(sha256)
  t.match(away, 'quarantine')
  t.notOk(await store.has(sha256))
  await store.put(Readable.from(['genuine']), { maxBytes: 10 })
  t.ok(await store.verify(sha256))
  await store.remove(sha256)
  await store.remove(sha256)
  t.equal((await refusal(store.size(sha256))).type.slug, 'not-found')
  t.equal((await refusal(store.verify(sha256))).type.slug, 'not-found')
})

t.test('an address that is no digest reaches no file', async t => {
  const { store } = await newStore(t)
  for (const bad of ['', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
    t.notOk(await store.has(bad))
    await t.rejects(store.path(bad), Problem)
    t.throws(() => store.open(bad), Problem)
  }
  t.notOk(await store.has('a'.repeat(64)))
  await store.remove('a'.repeat(64))
})

t.test('what killed uploads left is swept by age', async t => {
  const { folder, store } = await newStore(t)
  t.equal(await store.sweep(new Date()), 0)
  await store.put(Readable.from(['kept']), { maxBytes: 10 })
  await writeFile(join(folder, 'incoming', 'old'), 'x')
  await writeFile(join(folder, 'incoming', 'fresh'), 'x')
  const dayAgo = new Date('2026-01-01T00:00:00Z')
  await utimes(join(folder, 'incoming', 'old'), dayAgo, dayAgo)
  t.equal(await store.sweep(new Date('2026-01-02T00:00:00Z')), 1)
  t.same((await everything(folder)).sort(), [sha('kept'), 'fresh'].sort())
})
