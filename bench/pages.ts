// Pages on a full catalog: how long the server takes for each, and what a first view weighs on the wire.
import { request } from 'node:http'
import { printTable } from './support/helper.ts'
import { openStage, type Stage } from './support/stage.ts'

const listings = Number(process.env.JINSHU_BENCH_LISTINGS ?? 10_000)
const rounds = 60

interface Answer {
  readonly status: number
  readonly bytes: number
  readonly ms: number
  readonly body: Buffer
}

/** Fetches once; `bytes` as they are sent, so compressed where the server compresses. */
const get = (port: number, path: string, encoding: string) =>
  new Promise<Answer>((resolve, reject) => {
    const begun = performance.now()
    const headers = { 'accept-encoding': encoding, accept: 'text/html,*/*' }
    request({ port, host: '127.0.0.1', path, headers }, response => {
      const parts: Buffer[] = []
      response.on('data', part => parts.push(part))
      response.on('end', () => {
        const body = Buffer.concat(parts)
        resolve({ status: response.statusCode ?? 0, bytes: body.length, ms: performance.now() - begun, body })
      })
    })
      .on('error', reject)
      .end()
  })

/** Everything that a browser fetches for a first view, without fonts and what the page asks for later. */
async function weigh(port: number, path: string): Promise<{ page: number; all: number }> {
  const page = await get(port, path, 'br')
  const html = (await get(port, path, 'identity')).body.toString()
  const head = html.replace(/<noscript>.*?<\/noscript>/gs, '')
  const assets = [...head.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(match => match[1]!)
  let all = page.bytes
  for (const asset of new Set(assets)) all += (await get(port, asset, 'br')).bytes
  return { page: page.bytes, all }
}

async function pathsOf({ sql }: Stage): Promise<readonly (readonly [string, readonly string[]])[]> {
  const products = await sql<{ product_id: string; vendor_id: string }[]>`
    select product_id, vendor_id from catalog.listed_product tablesample system (10) limit 60`
  return [
    ['home', ['/']],
    ['search', ['/products']],
    [
      'search, a word',
      ['空气质量', '电力', '煤矿安全', 'traffic'].map(word => `/products?q=${encodeURIComponent(word)}`),
    ],
    ['search, nothing found', ['/products?q=xylophone']],
    ['product', products.map(row => `/products/${row.product_id}`)],
    ['vendor', [...new Set(products.map(row => `/vendors/${row.vendor_id}`))]],
    ['statistics', ['/statistics']],
    ['verify', ['/verify']],
    ['public log', ['/transparency']],
    ['sign in', ['/sign-in']],
  ]
}

const stage = await openStage({ listings })
try {
  const { productPort: port } = stage
  const lines: string[][] = []
  for (const [name, paths] of await pathsOf(stage)) {
    const times: number[] = []
    let status = 0
    for (let i = 0; i < rounds; i++) {
      const answer = await get(port, paths[i % paths.length]!, 'identity')
      status = answer.status
      if (i >= 10) times.push(answer.ms)
    }
    times.sort((a, b) => a - b)
    const { page, all } = await weigh(port, paths[0]!)
    const at = (part: number) => times[Math.floor(times.length * part)]!.toFixed(1)
    lines.push([name, String(status), at(0.5), at(0.95), (page / 1024).toFixed(1), (all / 1024).toFixed(1)])
  }
  printTable(
    `Pages, ${listings} listings, one reader at a time (aims: low tens of ms; 150 KiB a first view without fonts)`,
    ['page', 'status', 'p50 ms', 'p95 ms', 'page KiB', 'first view KiB'],
    lines,
  )
} finally {
  await stage.close()
}
