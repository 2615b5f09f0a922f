import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type Route, raw } from '../kernel/http/route.ts'
import { notFound } from '../kernel/problem.ts'
import { text } from '../kernel/text.ts'

const folder = new URL('./public/', import.meta.url)

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface Asset {
  readonly bytes: Buffer
  readonly type: string
  readonly mark: string
}

/** Every file of `public/`, read once: a page load asks no disk, and no path of a request ever becomes a file name. */
const assets: ReadonlyMap<string, Asset> = new Map(
  readdirSync(folder).map(name => {
    const bytes = readFileSync(new URL(name, folder))
    const mark = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    return [name, { bytes, type: types[extname(name)] ?? 'application/octet-stream', mark }]
  }),
)

/** The address of an asset; it changes with the asset's bytes, so that it may be kept for ever. */
export function assetUrl(name: string): string {
  const asset = assets.get(name)
  if (!asset) throw new Error(`there is no asset ${name}`)
  return `/assets/${asset.mark}/${name}`
}

export const routes: Route[] = [
  raw({
    at: 'GET /assets/:mark/:name',
    operation: 'getAsset',
    permission: 'page.read',
    tag: 'pages',
    summary: text('样式与脚本', 'Style sheets and scripts'),
    isRoot: true,
    isHidden: true,
    handle: async (request, reply) => {
      const { mark, name } = request.params as { mark: string; name: string }
      const asset = assets.get(name)
      if (!asset || asset.mark !== mark) throw notFound()
      return reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.bytes)
    },
  }),
]
