import { readFile } from 'node:fs/promises'
import t from 'tap'
import { openCheckpoint, signCheckpoint } from '../../src/kernel/log/checkpoint.ts'
import { emptyRoot, leafHash, rootOf, verifyConsistency } from '../../src/kernel/log/merkle.ts'
import { addSignatures, cosigner, formatNote, noteSigner, parseNote, parseVkey } from '../../src/kernel/log/note.ts'
import { formatProof, verifyProof } from '../../src/kernel/log/proof.ts'
import { decodeEntries, encodeEntries, newBundles, newTiles, type Tile, tilePath } from '../../src/kernel/log/tile.ts'
import {
  growTree,
  type ReadTile,
  treeConsistencyProof,
  treeInclusionProof,
  treeRoot,
} from '../../src/kernel/log/tree.ts'
import { checkProof, type Fetch, readCheckpoint, readLog } from '../support/logreader.ts'

const tessera = new URL('../golden/tlog/logs/tessera-testdata/', import.meta.url)
const vkey = (await readFile(new URL('vkey.txt', tessera), 'utf8')).trim()
const file: Fetch = path => readFile(new URL(path, tessera))

t.test('the independent reader reads the public log at every size it was published', async t => {
  for (let size = 0; size <= 15; size++) {
    const log = await readLog(path => file(path === 'checkpoint' ? `checkpoint.${size}` : path), vkey)
    t.equal(log.size, size)
    t.equal(log.entries.length, size)
  }
  t.equal((await readLog(file, vkey)).origin, 'example.com/log/testdata')
})

t.test('the library reads the same public log and proves all of it', async t => {
  const log = parseVkey(vkey)
  const readTile: ReadTile = tile => file(tilePath(tile))
  const roots: Uint8Array[] = []
  for (let size = 0; size <= 15; size++) {
    const signed = await readFile(new URL(`checkpoint.${size}`, tessera), 'utf8')
    const checkpoint = openCheckpoint(signed, log)
    t.equal(checkpoint.size, size)
    roots.push(checkpoint.root)
    t.same(Buffer.from(await treeRoot(readTile, size)), Buffer.from(checkpoint.root))
    const entries: Uint8Array[] = []
    for (const bundle of newBundles(0, size)) entries.push(...decodeEntries(await file(tilePath(bundle)), bundle.width))
    t.same(Buffer.from(rootOf(entries.map(leafHash))), Buffer.from(checkpoint.root))
    for (const [index, entry] of entries.entries()) {
      const hashes = await treeInclusionProof(readTile, index, size)
      const proof = formatProof({ index, hashes, checkpoint: signed })
      if (verifyProof(proof, entry, log).index !== index) t.fail(`entry ${index} of ${size}`)
      t.same(checkProof(proof, entry, vkey), { index, size })
    }
    for (const [old, oldRoot] of roots.entries()) {
      const proof = await treeConsistencyProof(readTile, old, size)
      if (!verifyConsistency(old, size, oldRoot, checkpoint.root, proof)) t.fail(`${old} to ${size}`)
    }
  }
})

const origin = 'data.example.gov.cn/audit'
const key = noteSigner(origin, Buffer.alloc(32, 5))
const entryOf = (at: number) => Buffer.from(`{"seq":${at}}`)

/** A log written by the library as a publisher would, in steps of uneven size, held as path → bytes. */
async function publish(sizes: readonly number[]) {
  const files = new Map<string, Uint8Array>()
  const fetch: Fetch = async path => {
    const bytes = files.get(path)
    if (!bytes) throw new Error(`404 ${path}`)
    return bytes
  }
  const readTile: ReadTile = tile => fetch(tilePath(tile))
  let size = 0
  for (const next of sizes) {
    const entries = Array.from({ length: next }, (_, at) => entryOf(at))
    const growth = await growTree(readTile, size, entries.slice(size).map(leafHash))
    for (const bundle of newBundles(size, next)) {
      files.set(tilePath(bundle), encodeEntries(entries.slice(bundle.index * 256, bundle.index * 256 + bundle.width)))
    }
    for (const { tile, bytes } of growth.tiles) files.set(tilePath(tile), bytes)
    files.set('checkpoint', Buffer.from(signCheckpoint({ origin, size: next, root: growth.root }, key)))
    size = next
  }
  return { files, fetch, readTile, size }
}

t.test('the independent reader reads what the library publishes', async t => {
  for (const sizes of [[0], [1], [255], [255, 256], [3, 256, 257], [100, 300, 900], [65_535, 65_536, 65_537]]) {
    const { fetch, readTile, files, size } = await publish(sizes)
    const log = await readLog(fetch, key.vkey)
    t.equal(log.size, size)
    t.same(log.entries.at(-1), size === 0 ? undefined : entryOf(size - 1))
    if (size === 0) continue
    const hashes = await treeInclusionProof(readTile, size - 1, size)
    const checkpoint = Buffer.from(files.get('checkpoint')!).toString()
    const proof = formatProof({ index: size - 1, hashes, checkpoint, extra: Buffer.from('x') })
    t.same(checkProof(proof, entryOf(size - 1), key.vkey), { index: size - 1, size })
    t.throws(() => checkProof(proof, entryOf(size), key.vkey), /not where the proof says/)
    t.throws(() => checkProof(proof, entryOf(size - 1), vkey), /has not signed/)
  }
})

t.test('partial tiles may go once the full ones exist', async t => {
  const { files, fetch } = await publish([3, 300, 600])
  for (const path of files.keys()) {
    if (/\.p\//.test(path) && !/(^|\/)002\.p\/88$|tile\/1\/000\.p\/2$/.test(path)) files.delete(path)
  }
  t.equal((await readLog(fetch, key.vkey)).entries.length, 600)
  const full = await publish([300, 512])
  full.files.set('checkpoint', (await publish([300])).files.get('checkpoint')!)
  full.files.delete('tile/0/001.p/44')
  full.files.delete('tile/entries/001.p/44')
  t.equal((await readLog(full.fetch, key.vkey)).entries.length, 300, 'an older checkpoint is read from full tiles')
})

t.test('the independent reader names what was altered', async t => {
  const cases: [string, (files: Map<string, Uint8Array>) => void, RegExp][] = [
    ['an entry', files => alter(files, 'tile/entries/000', 5), /entry 0 is not the one that was logged/],
    ['the last entry', files => alter(files, 'tile/entries/001.p/44', -1), /entry 299 is not the one that was logged/],
    ['a leaf hash', files => alter(files, 'tile/0/000', 40), /entry 1 is not the one that was logged/],
    ['a node', files => alter(files, 'tile/1/000.p/1', 0), /hash 0 of level 1/],
    ['the size', files => replace(files, '\n300\n', '\n299\n'), /does not verify/],
    ['the signature', files => replace(files, '=\n', 'A\n'), /does not verify/],
    ['a lost bundle', files => files.delete('tile/entries/000'), /404 tile\/entries\/000/],
    ['a cut bundle', files => files.set('tile/entries/001.p/44', Buffer.alloc(1)), /cut off/],
    ['a cut tile', files => files.set('tile/0/000', Buffer.alloc(8191)), /wrong length/],
    ['another log', files => replace(files, origin, 'other.example'), /has not signed|does not verify/],
  ]
  for (const [what, change, message] of cases) {
    const { files, fetch } = await publish([300])
    change(files)
    await t.rejects(readLog(fetch, key.vkey), message, what)
  }
  // Entry and leaf hash changed together: only the signed root is left to tell.
  const { files, fetch } = await publish([300])
  alter(files, 'tile/entries/001.p/44', -1)
  const tile = Buffer.from(files.get('tile/0/001.p/44')!)
  const bundle = decodeEntries(files.get('tile/entries/001.p/44')!, 44)
  leafHash(bundle[43]!).copy(tile, 43 * 32)
  files.set('tile/0/001.p/44', tile)
  await t.rejects(readLog(fetch, key.vkey), /do not have the signed root/)
})

function alter(files: Map<string, Uint8Array>, path: string, at: number): void {
  const bytes = Buffer.from(files.get(path)!)
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  files.set(path, bytes)
}

function replace(files: Map<string, Uint8Array>, from: string, to: string): void {
  files.set('checkpoint', Buffer.from(Buffer.from(files.get('checkpoint')!).toString().replaceAll(from, to)))
}

t.test('both readers refuse the same checkpoints', async t => {
  const signed = signCheckpoint({ origin, size: 0, root: emptyRoot }, key)
  const witness = cosigner('witness.example/w', Buffer.alloc(32, 6), 1_790_000_000)
  const note = parseNote(signed)
  const cosigned = formatNote(addSignatures(note, [witness.sign(note.text)]))
  t.equal(readCheckpoint(Buffer.from(cosigned), key.vkey).size, 0, 'a cosignature does not disturb')
  const wrong = [
    signed.slice(0, -1),
    signed.replace('\n0\n', '\n00\n'),
    signed.replace('— ', '- '),
    signed.replace('\n\n', '\n'),
    `${signed}\n`,
    `${signed}\n${signed.slice(signed.indexOf('—'))}`,
    formatNote({ text: note.text, signatures: [witness.sign(note.text)] }),
    formatNote({ text: `${note.text}ext\n`, signatures: [key.sign(`${note.text}ext\n`)] }),
    formatNote({
      text: note.text.replace('\n0\n', '\n01\n'),
      signatures: [key.sign(note.text.replace('\n0\n', '\n01\n'))],
    }),
  ]
  for (const text of wrong) {
    t.throws(() => readCheckpoint(Buffer.from(text), key.vkey), JSON.stringify(text))
    t.throws(() => openCheckpoint(text, parseVkey(key.vkey)), JSON.stringify(text))
  }
  t.throws(() => readCheckpoint(Buffer.from(signed), key.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')), /wrong key id/)
})

t.test('the new tiles of a size are those a reader asks for', async t => {
  for (const size of [1, 255, 256, 257, 1000]) {
    const { fetch, files } = await publish([size])
    const asked = new Set<string>()
    await readLog(path => {
      asked.add(path)
      return fetch(path)
    }, key.vkey)
    const named = ['checkpoint', ...[...newTiles(0, size), ...newBundles(0, size)].map((tile: Tile) => tilePath(tile))]
    t.same([...asked].sort(), named.sort())
    t.same([...files.keys()].sort(), named.sort(), 'and nothing else is written')
  }
})
