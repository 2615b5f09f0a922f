import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'

type Test = { teardown: (work: () => Promise<void>) => void }

const require = createRequire(import.meta.url)

const folders = ['/usr/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64']

/** Chromium unpacked from its npm package, which brings the libraries it needs where the machine has none. */
async function executable(): Promise<string> {
  if (!folders.some(folder => existsSync(`${folder}/libnss3.so`)))
    process.env.AWS_EXECUTION_ENV ??= `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`
  const { default: packaged } = await import('@sparticuz/chromium')
  return packaged.executablePath()
}

/** A real Chromium, from an npm package; closed with the test. */
export async function openBrowser(t: Test, more: readonly string[] = []): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await executable(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--headless=shell',
      '--disable-background-networking',
      '--disable-sync',
      ...more,
    ],
  })
  t.teardown(() => browser.close())
  return browser
}

/** What a page did that it must not: requests to elsewhere, refused scripts or styles, errors. */
export function watch(page: Page, origin: string): string[] {
  const seen: string[] = []
  page.on('request', request => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      seen.push(`request to ${request.url()}`)
  })
  page.on('pageerror', error => seen.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error' && !/status of 404/.test(message.text())) seen.push(message.text())
  })
  return seen
}

/** Findings of axe-core (WCAG 2.2 A and AA) on the page, one line each. */
export async function accessibility(page: Page): Promise<string[]> {
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  const { violations } = await page.evaluate(() =>
    (globalThis as any).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  )
  return violations.map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.target.join(' ')).join(', ')}`)
}
