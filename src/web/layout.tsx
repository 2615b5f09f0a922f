import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { type Text, text } from '../kernel/text.ts'
import { assetUrl } from './assets.ts'
import { href, type Reader, readerOf, say } from './reader.ts'

/** What every page says about itself. */
export interface Page {
  readonly title: Text
  readonly body: ComponentChildren
  readonly status?: number
  /** `no-cache` unless told: shown again only after the server was asked. */
  readonly cacheControl?: string
}

const name = text('晋数', 'Jinshu')

const rooms: readonly (readonly [string, Text])[] = [
  ['/docs', text('接口文档', 'API reference')],
  ['/verify', text('查验', 'Verification')],
  ['/log/checkpoint', text('公开日志', 'Public log')],
  ['/problems', text('问题说明', 'Problems')],
]

function Document({ reader, title, children }: { reader: Reader; title: Text; children: ComponentChildren }) {
  const other = reader.language === 'en' ? 'zh' : 'en'
  return (
    <html lang={reader.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${say(reader, title)} · ${say(reader, name)}`}</title>
        <link rel="stylesheet" href={assetUrl('style.css')} />
        <link rel="icon" href={assetUrl('icon.svg')} type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#content">
          {say(reader, text('跳到正文', 'Skip to the content'))}
        </a>
        <header class="top">
          <a class="brand" href={href(reader, '/')}>
            {say(reader, text('晋数 Jinshu', 'Jinshu 晋数'))}
          </a>
          <nav aria-label={say(reader, text('主导航', 'Main'))}>
            {rooms.map(([path, words]) => (
              <a key={path} href={href(reader, path)}>
                {say(reader, words)}
              </a>
            ))}
          </nav>
          <a href={`${reader.path}?lang=${other}`} hreflang={other} lang={other === 'zh' ? 'zh-CN' : 'en'}>
            {other === 'zh' ? '中文' : 'English'}
          </a>
        </header>
        <main id="content">{children}</main>
        <footer class="foot">
          {say(
            reader,
            text(
              '晋数是开源的数据交易服务，每项决定都留有可查验的公开日志。',
              'Jinshu is an open-source data trading service; every decision leaves an entry in a public log that anyone can check.',
            ),
          )}
        </footer>
      </body>
    </html>
  )
}

/** A whole page as HTML text; everything in it is escaped by default. */
export function renderPage(reader: Reader, page: Pick<Page, 'title' | 'body'>): string {
  const html = renderToString(
    <Document reader={reader} title={page.title}>
      {page.body}
    </Document>,
  )
  return `<!doctype html>\n${html}`
}

/** Answers with a page in the reader's language; `make` is given the reader. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, make: (reader: Reader) => Page): FastifyReply {
  const reader = readerOf(request)
  const page = make(reader)
  return reply
    .code(page.status ?? 200)
    .header('content-language', reader.language)
    .header('vary', 'accept-language')
    .header('cache-control', page.cacheControl ?? 'no-cache')
    .type('text/html; charset=utf-8')
    .send(renderPage(reader, page))
}
