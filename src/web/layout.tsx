import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { type Text, text } from '../kernel/text.ts'
import { assetUrl } from './assets.ts'
import { type Names, NamesContext, ReaderContext, useReader, useWords } from './context.ts'
import { Demo } from './demo.tsx'
import { Icon } from './icon.tsx'
import { desksOf, footPlaces, isDeskPath, publicPlaces, startOf } from './nav.ts'
import { Name, Notice, withQuery } from './parts.tsx'
import { admitDocument } from './policy.ts'
import { type Reader, readerOf, say } from './reader.ts'

/** What every page says about itself. */
export interface Page {
  readonly title: Text
  readonly body: ComponentChildren
  /** One sentence below the heading. */
  readonly lead?: Text | ComponentChildren
  /** The way up: from the desk to this page. */
  readonly trail?: readonly (readonly [path: string, words: Text])[]
  /** Beside the heading: the page's one primary action. */
  readonly actions?: ComponentChildren
  readonly status?: number
  /** `private, no-cache` unless told: shown again only after the server was asked. */
  readonly cacheControl?: string
  /** The page makes its own first heading (the home page). */
  readonly hasOwnHeading?: boolean
  /** Scripts of `public/` that this page needs beside the common one. */
  readonly scripts?: readonly string[]
  /** English names of the organisations and products on the page, by id: `<Name of={id} />` shows them. */
  readonly names?: Names
  /** The page shows a document of ours (a PDF) inside it. */
  readonly hasDocument?: boolean
}

/** What the frame says beside the page: nothing of it is the page's own. */
export interface Frame {
  /** The exchange's time, which demo mode moves. */
  readonly now?: Date
  /** Notifications not yet read. */
  readonly unread?: number
}

const brand = text('晋数', 'Jinshu')

function Head({ title, scripts }: { title: Text; scripts: readonly string[] }) {
  const t = useWords()
  const { viewer, token } = useReader()
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{`${t(title)} · ${t(brand)}`}</title>
      <link rel="stylesheet" href={assetUrl('tabler.css')} />
      <link rel="stylesheet" href={assetUrl('style.css')} />
      <link rel="icon" href={assetUrl('icon.svg')} type="image/svg+xml" />
      {viewer && <meta name="jinshu-csrf" content={token()} />}
      <noscript>
        <link rel="stylesheet" href={assetUrl('fonts.css')} />
      </noscript>
      <script src={assetUrl('theme.js')} data-fonts={assetUrl('fonts.css')} id="theme" />
      {['app.js', ...scripts].map(name => (
        <script key={name} type="module" src={assetUrl(name)} />
      ))}
    </head>
  )
}

function Language() {
  const { language, url } = useReader()
  const other = language === 'en' ? 'zh' : 'en'
  return (
    <a
      class="nav-link"
      href={withQuery(url, { lang: other })}
      hreflang={other === 'zh' ? 'zh-CN' : 'en'}
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      rel="nofollow"
    >
      {other === 'zh' ? '中文' : 'English'}
    </a>
  )
}

function Theme() {
  const t = useWords()
  const { url } = useReader()
  return (
    <form method="get" action="/theme" class="theme">
      <input type="hidden" name="next" value={url} />
      <button
        type="submit"
        name="to"
        value="toggle"
        class="btn btn-icon btn-ghost-secondary"
        aria-label={t(text('切换浅色与深色', 'Switch between light and dark'))}
        title={t(text('切换浅色与深色', 'Switch between light and dark'))}
      >
        <Icon name="contrast-2" />
      </button>
    </form>
  )
}

/** The person: for whom they act, the way to their desk, their account, and out. */
function Person({ unread }: { unread: number }) {
  const t = useWords()
  const reader = useReader()
  const { viewer, actor, url } = reader
  if (!viewer)
    return (
      <a class="btn btn-primary" href={url === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(url)}`}>
        {t(text('登录', 'Sign in'))}
      </a>
    )
  const acting = viewer.memberships.find(each => each.organizationId === actor.organizationId)
  const others = viewer.memberships.filter(each => each !== acting)
  return (
    <>
      <a class="nav-link inbox-link" href="/inbox">
        <Icon name="bell" />
        <span class="visually-hidden">{t(text('通知', 'Notifications'))}</span>
        {unread > 0 && <span class="unread">{unread > 99 ? '99+' : unread}</span>}
      </a>
      <details class="menu" data-menu>
        <summary class="btn">
          <Icon name="user" />
          <span class="menu-name">
            <Name zh={viewer.name} />
          </span>
        </summary>
        <div class="menu-body card">
          <p class="menu-title">
            <Name zh={viewer.name} />
            <br />
            <span class="text-secondary">
              {acting ? <Name zh={acting.nameZh} en={acting.nameEn} /> : t(text('以个人身份', 'For myself'))}
            </span>
          </p>
          <a href={startOf(reader)}>{t(text('我的工作台', 'My desk'))}</a>
          <a href="/account">{t(text('账号设置', 'Account'))}</a>
          <a href="/inbox">{t(text('通知', 'Notifications'))}</a>
          {others.map(each => (
            <form method="post" action="/acting" key={each.organizationId}>
              <input type="hidden" name="_csrf" value={reader.token()} />
              <button type="submit" name="organizationId" value={each.organizationId}>
                {t(text('切换到：', 'Act for '))}
                <Name zh={each.nameZh} en={each.nameEn} />
              </button>
            </form>
          ))}
          <form method="post" action="/sign-out">
            <input type="hidden" name="_csrf" value={reader.token()} />
            <button type="submit">{t(text('退出登录', 'Sign out'))}</button>
          </form>
        </div>
      </details>
    </>
  )
}

function Top({ unread }: { unread: number }) {
  const t = useWords()
  const reader = useReader()
  const links = publicPlaces.map(({ path, words }) => (
    <a key={path} class="nav-link" href={path} aria-current={reader.path === path ? 'page' : undefined}>
      {t(words)}
    </a>
  ))
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href="/">
          <img src={assetUrl('icon.svg')} alt="" width="28" height="28" />
          <span>{t(text('晋数', 'Jinshu'))}</span>
        </a>
        <nav class="top-links" aria-label={t(text('主导航', 'Main'))}>
          {links}
        </nav>
        <div class="top-side">
          <span class="wide-only">
            <Language />
          </span>
          <Theme />
          <Person unread={unread} />
          <details class="menu narrow-only" data-menu>
            <summary class="btn btn-icon" aria-label={t(text('菜单', 'Menu'))}>
              <Icon name="menu-2" />
            </summary>
            <nav class="menu-body card" aria-label={t(text('菜单', 'Menu'))}>
              {links}
              <Language />
            </nav>
          </details>
        </div>
      </div>
    </header>
  )
}

/** The places of the reader's desks: beside the page, above it where it is narrow. */
function Side() {
  const t = useWords()
  const reader = useReader()
  const desks = desksOf(reader)
  if (desks.length === 0) return null
  const covered = desks.flatMap(desk =>
    desk.places.flatMap(place => [place.path, ...(place.covers ?? [])].map(path => [path, place.path] as const)),
  )
  const [, here] =
    covered
      .filter(([path]) => reader.path === path || reader.path.startsWith(`${path}/`))
      .sort(([a], [b]) => b.length - a.length)[0] ?? []
  return (
    <nav class="side" aria-label={t(text('工作台', 'Desk'))}>
      {desks.map(desk => (
        <div class="side-group" key={desk.words.en}>
          <p class="side-title">{t(desk.words)}</p>
          {desk.places.map(place => (
            <a key={place.path} href={place.path} aria-current={place.path === here ? 'page' : undefined}>
              <Icon name={place.icon} />
              {t(place.words)}
            </a>
          ))}
        </div>
      ))}
    </nav>
  )
}

/** A refusal whose form the page does not show any more: the page is new, so it is said above it. */
function Come() {
  const t = useWords()
  const { done, form } = useReader()
  return (
    <>
      {done && <Notice tone="good">{t(done)}</Notice>}
      {form?.isResumed && (
        <Notice tone="info">
          {t(
            text(
              '您已重新登录，填写的内容都在，请核对后再次提交。',
              'You are signed in again and everything you typed is still here; look it over and send it once more.',
            ),
          )}
        </Notice>
      )}
    </>
  )
}

const isText = (value: unknown): value is Text => typeof value === 'object' && value !== null && 'zh' in value

function Heading({ page }: { page: Page }) {
  const t = useWords()
  if (page.hasOwnHeading) return null
  return (
    <div class="page-head">
      <div>
        {page.trail && (
          <nav class="trail" aria-label={t(text('位置', 'You are here'))}>
            {page.trail.map(([path, words]) => (
              <a key={path} href={path}>
                {t(words)}
              </a>
            ))}
          </nav>
        )}
        <h1>{t(page.title)}</h1>
        {page.lead && <p class="lead">{isText(page.lead) ? t(page.lead) : page.lead}</p>}
      </div>
      {page.actions && <div class="page-actions">{page.actions}</div>}
    </div>
  )
}

function Document({ reader, page, frame }: { reader: Reader; page: Page; frame: Frame }) {
  const t = (words: Text) => say(reader, words)
  const isDesk = reader.viewer !== null && isDeskPath(reader.path) && desksOf(reader).length > 0
  const body = renderToString(
    <ReaderContext.Provider value={reader}>
      <NamesContext.Provider value={page.names ?? new Map()}>
        <Heading page={page} />
        {page.body}
      </NamesContext.Provider>
    </ReaderContext.Provider>,
  )
  const target = reader.form?.to.split(' ')[1]
  const isShown =
    reader.form?.problem === undefined ||
    reader.form.pending !== undefined || // the sign-in page says why itself
    [`/forms${target}`, target].some(path => body.includes(`action="${path}"`))
  return (
    <ReaderContext.Provider value={reader}>
      <html lang={reader.language} {...(reader.theme !== 'auto' && { 'data-bs-theme': reader.theme })}>
        <Head title={page.title} scripts={page.scripts ?? []} />
        <body>
          <a class="skip" href="#content">
            {t(text('跳到正文', 'Skip to the content'))}
          </a>
          {reader.isDemo && <Demo now={frame.now} />}
          <Top unread={frame.unread ?? 0} />
          <div class={isDesk ? 'frame desk' : 'frame'}>
            {isDesk && <Side />}
            <main id="content" tabIndex={-1}>
              <Come />
              {!isShown && (
                <Notice tone="bad" isAlert title={reader.form?.problem?.title ?? ''}>
                  {reader.form?.problem?.detail}
                </Notice>
              )}
              <div dangerouslySetInnerHTML={{ __html: body }} />
            </main>
          </div>
          <Foot />
        </body>
      </html>
    </ReaderContext.Provider>
  )
}

function Foot() {
  const t = useWords()
  return (
    <footer class="foot">
      <nav aria-label={t(text('页脚', 'Footer'))}>
        {footPlaces.map(({ path, words }) => (
          <a key={path} href={path}>
            {t(words)}
          </a>
        ))}
      </nav>
      <p>
        {t(
          text(
            '晋数是开源的数据交易服务，每项决定都在可查验的公开日志中留有记录。',
            'Jinshu is an open-source data trading service; every decision leaves an entry in a public log that anyone can check.',
          ),
        )}
      </p>
    </footer>
  )
}

/** A whole page as HTML text; everything in it is escaped by default. */
export function renderPage(reader: Reader, page: Page, frame: Frame = {}): string {
  return `<!doctype html>\n${renderToString(<Document reader={reader} page={page} frame={frame} />)}`
}

/** Answers with a page for this reader. */
export function replyWithHtml(reply: FastifyReply, reader: Reader, page: Page, frame: Frame = {}): FastifyReply {
  if (page.hasDocument) admitDocument(reply)
  return reply
    .code(page.status ?? 200)
    .header('content-language', reader.language)
    .header('vary', 'accept-language, cookie')
    .header('cache-control', page.cacheControl ?? 'private, no-cache')
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(renderPage(reader, page, frame))
}

/** Answers with a page that needs nothing of the exchange's records; `make` is given the reader. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, make: (reader: Reader) => Page): FastifyReply {
  const reader = readerOf(request, reply)
  return replyWithHtml(reply, reader, make(reader))
}
