import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import { createBucketStore } from '../../src/kernel/bucket.ts'
import { createFileStore, type FileStore } from '../../src/kernel/files.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { createClamd } from '../../src/kernel/scanner.ts'
import { openBucket } from '../support/bucket.ts'
import { eicar, openClamd } from '../support/clamd.ts'

const sha = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const slugOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  )
  return error instanceof Problem ? error.type.slug : `no problem: ${String(error)}`
}
const incoming = (folder: string) => readdir(join(folder, 'incoming')).catch(() => [])

async function newFolder(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-stores-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What every store of files keeps to. */
async function contract(t: Test, store: FileStore, folder: string) {
  await t.test('an object is addressed by its digest and read whole, by range and by path', async t => {
    const bytes = Buffer.alloc(700_001, 'data of Shanxi ')
    const stored = await store.put(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), { maxBytes: bytes.length })
    t.same(stored, { sha256: sha(bytes), bytes: bytes.length })
    t.equal(await store.size(stored.sha256), bytes.length)
    t.ok(await store.has(stored.sha256))
    t.ok(await store.verify(stored.sha256))
    t.ok(bytes.equals(await buffer(store.open(stored.sha256))))
    t.ok(bytes.subarray(10, 21).equals(await buffer(store.open(stored.sha256, { start: 10, end: 20 }))))
    t.ok(bytes.subarray(699_000).equals(await buffer(store.open(stored.sha256, { start: 699_000 }))))
    t.ok(bytes.equals(await readFile(await store.path(stored.sha256))))
    t.same(await incoming(folder), [])
  })
  await t.test('the same content twice, also at once, is one object', async t => {
    const put = () => store.put(Readable.from([Buffer.from('same')]), { maxBytes: 4 })
    t.equal(new Set((await Promise.all([put(), put(), put()])).map(each => each.sha256)).size, 1)
    t.ok(await store.verify(sha('same')))
  })
  await t.test('too much and a broken source leave nothing', async t => {
    t.equal(await slugOf(store.put(Readable.from(['four more']), { maxBytes: 4 })), 'payload-too-large')
    t.notOk(await store.has(sha('four more')))
    const source = new PassThrough()
    const put = store.put(source, { maxBytes: 100 })
    source.write('begun')
    setImmediate(() => source.destroy())
    t.equal(await slugOf(put), 'upload-interrupted')
    t.notOk(await store.has(sha('begun')))
    t.same(await incoming(folder), [])
  })
  await t.test('what is not there is not found, whichever way it is asked for', async t => {
    for (const name of ['a'.repeat(64), '', '../../etc/passwd', 'A'.repeat(64)]) {
      t.notOk(await store.has(name))
      for (const ask of [store.size, store.path, store.verify, store.quarantine])
        t.equal(await slugOf(ask(name)), 'not-found')
    }
    await t.rejects(buffer(store.open('a'.repeat(64))))
    await store.remove('a'.repeat(64))
  })
  await t.test('a sound object is quarantined only for the harm it does, and can be put again', async t => {
    const { sha256 } = await store.put(Readable.from(['genuine']), { maxBytes: 10 })
    t.equal(await slugOf(store.quarantine(sha256)), 'conflict')
    t.match(await store.quarantine(sha256, { isHarmful: true }), 'quarantine')
    t.notOk(await store.has(sha256))
    t.equal(await slugOf(store.path(sha256)), 'not-found')
    await store.put(Readable.from(['genuine']), { maxBytes: 10 })
    t.ok(await store.verify(sha256))
    await store.remove(sha256)
    t.notOk(await store.has(sha256))
    t.equal(await slugOf(store.path(sha256)), 'not-found')
  })
}

t.test('a store on the disk keeps the contract', async t => {
  const folder = await newFolder(t)
  await contract(t, createFileStore(folder), folder)
})

t.test('a store in a bucket keeps the contract', async t => {
  const bucket = await openBucket(t)
  const folder = await newFolder(t)
  const store = createBucketStore(bucket.settings, folder)
  await contract(t, store, folder)

  await t.test('a large object goes in parts, and comes back for who has lost the local copy', async t => {
    const bytes = Buffer.alloc(17 * 1024 * 1024 + 3, 'large ')
    const { sha256 } = await store.put(Readable.from([bytes]), { maxBytes: bytes.length })
    t.ok(bucket.objects.get(`objects/${sha256.slice(0, 2)}/${sha256}`)?.equals(bytes))
    t.equal(bucket.uploads.size, 0)
    t.ok(
      bucket.asked.some(line => line.startsWith('POST ')),
      'begun in parts',
    )
    await rm(await store.path(sha256))
    const asked = bucket.asked.length
    const [one, two] = await Promise.all([store.path(sha256), store.path(sha256)])
    t.equal(one, two)
    t.equal(bucket.asked.length, asked + 1, 'two who ask at once fetch it once')
    t.ok(bytes.equals(await readFile(one)))
    t.equal(await store.path(sha256), one)
    t.equal(bucket.asked.length, asked + 1, 'and then it lies here')
  })

  await t.test('other bytes than the digest says are never given to a program', async t => {
    const { sha256 } = await store.put(Readable.from(['right']), { maxBytes: 10 })
    await rm(await store.path(sha256))
    bucket.objects.set(`objects/${sha256.slice(0, 2)}/${sha256}`, Buffer.from('wrong'))
    t.equal(await slugOf(store.path(sha256)), 'unavailable')
    t.notOk(await store.verify(sha256))
    t.match(await store.quarantine(sha256), 'quarantine')
    t.same(await incoming(folder), [])
  })

  await t.test('a failure that passes is tried again; one that lasts is said, and nothing is half kept', async t => {
    bucket.fail(503, 1)
    t.ok(await store.put(Readable.from(['patience']), { maxBytes: 10 }))
    bucket.fail(500, 100)
    t.equal(await slugOf(store.put(Readable.from(['in vain']), { maxBytes: 10 })), 'unavailable')
    t.equal(await slugOf(store.has(sha('patience'))), 'unavailable', 'not to know is not to say no')
    bucket.fail(0, 0)
    t.notOk(await store.has(sha('in vain')))
    t.same(await incoming(folder), [])
  })

  await t.test('uploads in parts that a kill cut off are ended, and copies nobody asks for are let go', async t => {
    bucket.uploads.set('cut-off', { key: 'objects/aa/x', began: new Date('2026-01-01'), parts: new Map() })
    bucket.uploads.set('running', { key: 'objects/aa/y', began: new Date('2026-03-01'), parts: new Map() })
    t.equal(await store.sweep(new Date('2026-02-01')), 1)
    t.same([...bucket.uploads.keys()], ['running'])
  })

  await t.test('a wrong secret is refused by the store and said to be our trouble', async t => {
    const stranger = createBucketStore({ ...bucket.settings, secretAccessKey: 'guessed' }, await newFolder(t))
    t.equal(await slugOf(stranger.put(Readable.from(['x']), { maxBytes: 1 })), 'unavailable')
  })
})

t.test('a scanner says clean, infected or that it cannot tell', async t => {
  const clamd = await openClamd(t)
  const scanner = createClamd('127.0.0.1', clamd.port)
  t.equal(await scanner.ping(), null)
  t.same(await scanner.scan(Readable.from([Buffer.from('a,b\n'), Buffer.from('1,2\n')])), { kind: 'clean' })
  t.same(clamd.seen, [8])
  t.same(await scanner.scan(Readable.from([Buffer.from(`a,b\n${eicar.slice(0, 20)}`), Buffer.from(eicar.slice(20))])), {
    kind: 'infected',
    signature: 'Eicar-Test-Signature',
  })
  clamd.limit = 1000
  const large = await scanner.scan(Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(65_536))))
  t.equal(large.kind, 'unknown')
  const broken = new PassThrough()
  broken.write('begun')
  setImmediate(() => broken.destroy(new Error('disk')))
  t.equal((await scanner.scan(broken)).kind, 'unknown', 'a file that cannot be read to its end is not clean')
  await clamd.stop()
  t.equal((await scanner.scan(Readable.from([Buffer.from('x')]))).kind, 'unknown')
  t.match((await scanner.ping())?.en, 'cannot be reached')
})

t.test('what the settings leave out is said by name, and silence never means that files pass', async t => {
  const base = { DATABASE_URL: 'postgres://x@localhost/x', HOST: '0.0.0.0' }
  t.equal(readConfig(base).scanner, 'held')
  t.equal(readConfig({}).scanner, 'accepted', 'the demo accepts, and says so on its page')
  t.equal(readConfig({ SCANNER: 'none-held' }).scanner, 'held')
  t.equal(readConfig({ ...base, SCANNER: 'none-accepted' }).scanner, 'accepted')
  t.same(readConfig({ ...base, SCANNER_URL: 'tcp://clamd' }).scanner, { host: 'clamd', port: 3310 })
  t.throws(() => readConfig({ SCANNER_URL: 'http://clamd' }), /clamd's address/)
  t.throws(() => readConfig({ SCANNER_URL: 'tcp://clamd', SCANNER: 'none-accepted' }), /do not set SCANNER_URL/)
  t.throws(() => readConfig({ S3_BUCKET: 'jinshu' }), /S3_ENDPOINT is missing/)
  t.equal(readConfig({}).bucket, undefined)
})
