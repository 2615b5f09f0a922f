// A large stored file through a signed link, against a stream piped to the socket and nothing else.
import { get as httpGet } from 'node:http'
import { printTable } from './support/helper.ts'
import { openStage } from './support/stage.ts'

const bytes = 200 * 2 ** 20

/** Fetches an address and lets the bytes go; answers MB/s. */
function fetchAll(url: string, headers: Record<string, string> = {}): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    httpGet(url, { headers }, response => {
      if (response.statusCode !== 200 && response.statusCode !== 206)
        return reject(new Error(`${url} answered ${response.statusCode}`))
      let seen = 0
      response.on('data', (chunk: Buffer) => {
        seen += chunk.length
      })
      response.on('end', () => {
        if (seen !== bytes) return reject(new Error(`${url} gave ${seen} bytes`))
        resolve(seen / 1e6 / ((performance.now() - began) / 1000))
      })
      response.on('error', reject)
    }).on('error', reject)
  })
}

const stage = await openStage()
try {
  const { product, productPort, limitPort, sql } = stage
  const id = await product.ask<string>({ do: 'sell' })
  const { sha256, path } = await product.ask<{ sha256: string; path: string }>({ do: 'store', bytes })
  // the trade was in a small file; its entitlement is made to speak of the large one
  await sql.begin(async t => {
    await t`set local session_replication_role = replica`
    await t`update delivery.entitlement set sha256 = ${sha256}, bytes = ${bytes} where id = ${id}`
  })
  const given = new URL(await product.ask<string>({ do: 'link', id }), 'http://localhost')
  const link = `http://127.0.0.1:${productPort}${given.pathname}${given.search}`
  const plain = (step: number) => `http://127.0.0.1:${limitPort}/file?step=${step}&path=${encodeURIComponent(path)}`
  const ways: [string, () => Promise<number>][] = [
    ["stream piped, Node's 64 KiB steps", () => fetchAll(plain(2 ** 16))],
    ['stream piped, 512 KiB steps', () => fetchAll(plain(2 ** 19))],
    ['signed link, whole file (hashed on the way)', () => fetchAll(link)],
    ['signed link, as a range', () => fetchAll(link, { range: `bytes=0-${bytes - 1}` })],
  ]
  const speeds = ways.map((): number[] => [])
  for (let round = 0; round < 4; round++)
    for (const [i, [, fetchOnce]] of ways.entries()) {
      const speed = await fetchOnce()
      if (round > 0) speeds[i]!.push(speed)
    }
  const medians = speeds.map(list => list.sort((a, b) => a - b)[1]!)
  printTable(
    'Download of 200 MiB',
    ['way', 'MB/s', 'ratio to 64 KiB', 'ratio to 512 KiB'],
    ways.map(([name], i) => [
      name,
      medians[i]!.toFixed(0),
      (medians[i]! / medians[0]!).toFixed(2),
      (medians[i]! / medians[1]!).toFixed(2),
    ]),
  )
} finally {
  await stage.close()
}
