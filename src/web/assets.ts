import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import { type Route, raw } from '../kernel/http/route.ts'
import { notFound } from '../kernel/problem.ts'
import { text } from '../kernel/text.ts'

const require = createRequire(import.meta.url)
const folder = new URL('./public/', import.meta.url)
const fontFolder = join(dirname(require.resolve('@fontsource-variable/noto-sans-sc/package.json')), 'files')

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

interface Asset {
  readonly bytes: Buffer
  readonly type: string
  readonly mark: string
  /** compressed once, when first asked for */
  small?: Promise<Buffer>
}

function assetOf(name: string, bytes: Buffer): Asset {
  const mark = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return { bytes, type: types[extname(name)] ?? 'application/octet-stream', mark }
}

/** The font's own style sheet, with its files at our addresses; a browser fetches only the parts whose characters it meets and lacks. */
const fontFaces = () =>
  readFileSync(require.resolve('@fontsource-variable/noto-sans-sc/index.css'), 'utf8').replaceAll(
    'url(./files/',
    'url(/assets/fonts/',
  )

const brought: Readonly<Record<string, () => Buffer>> = {
  'tabler.css': () => readFileSync(require.resolve('@tabler/core/dist/css/tabler.min.css')),
  'fonts.css': () => Buffer.from(fontFaces()),
}

/** Every asset, read once: a page load asks no disk, and no path of a request ever becomes a file name. */
const assets: Map<string, Asset> = new Map([
  ...readdirSync(folder).map(name => [name, assetOf(name, readFileSync(new URL(name, folder)))] as const),
  ...Object.entries(brought).map(([name, read]) => [name, assetOf(name, read())] as const),
])

/** The reader of QR codes in two files, of which one imports the other by its address here. */
const decoder = (imported: string) =>
  readFileSync(require.resolve('qr/decode.js'), 'utf8').replace("'./index.js'", `'${imported}'`)

assets.set('qr.js', assetOf('qr.js', readFileSync(require.resolve('qr'))))
assets.set('qrdecode.js', assetOf('qrdecode.js', Buffer.from(decoder(assetUrl('qr.js')))))

const fonts: ReadonlySet<string> = new Set(readdirSync(fontFolder).filter(name => name.endsWith('.woff2')))

/** The address of an asset; it changes with the asset's bytes, so that it may be kept for ever. */
export function assetUrl(name: string): string {
  const asset = assets.get(name)
  if (!asset) throw new Error(`there is no asset ${name}`)
  return `/assets/${asset.mark}/${name}`
}

const compress = promisify(brotliCompress)
const forEver = 'public, max-age=31536000, immutable'

const smallOf = (asset: Asset) => {
  asset.small ??= compress(asset.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  return asset.small
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
      reply.header('cache-control', forEver).header('vary', 'accept-encoding').type(asset.type)
      if (!/\bbr\b/.test(request.headers['accept-encoding'] ?? '') || asset.bytes.length < 2048)
        return reply.send(asset.bytes)
      return reply.header('content-encoding', 'br').send(await smallOf(asset))
    },
  }),
  raw({
    at: 'GET /assets/fonts/:name',
    operation: 'getFont',
    permission: 'page.read',
    tag: 'pages',
    summary: text('字体', 'Fonts'),
    isRoot: true,
    isHidden: true,
    handle: async (request, reply) => {
      const { name } = request.params as { name: string }
      if (!fonts.has(name)) throw notFound()
      return reply
        .header('cache-control', forEver)
        .type('font/woff2')
        .send(readFileSync(join(fontFolder, name)))
    },
  }),
]
