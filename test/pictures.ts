// Makes the pictures of the README: the four desks of the demo exchange as a browser shows them.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openBrowser } from './support/browser.ts'
import { startCluster } from './support/cluster.ts'

const folder = join(import.meta.dirname, '../src/desks/pictures')
const cluster = await startCluster()
const undo: (() => Promise<void>)[] = [() => cluster.stop()]
// the stage is one of the tests': it takes the server it is told, and must not be ended after the time of a test
Object.assign(process.env, { JINSHU_TEST_CLUSTER: cluster.url, TAP_TIMEOUT: '0' })
const { readers, scenesOf } = await import('./support/scenes.ts')
const { openStage } = await import('./support/stage.ts')
const t = { teardown: (work: () => Promise<void>) => void undo.unshift(work) }

const pictures = [
  ['home', '/', 'visitor'],
  ['vendor', '/vendor', 'vendor'],
  ['buyer', '/orders/:id', 'buyer'],
  ['regulator', '/regulator/filings/:id', 'regulator'],
  ['operator', '/operator', 'clerk'],
] as const

try {
  const stage = await openStage(t)
  const browser = await openBrowser(t)
  const scenes = await scenesOf(stage)
  await mkdir(folder, { recursive: true })
  for (const [language, suffix] of [
    ['zh', ''],
    ['en', '.en'],
  ] as const)
    for (const [name, route, reader] of pictures) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
      await context.addCookies([
        { name: 'jinshu_language', value: language, url: stage.origin },
        { name: 'jinshu_theme', value: 'light', url: stage.origin },
      ])
      const email = readers[reader]
      if (email) await stage.enter(context, email)
      const page = await context.newPage()
      const scene = scenes.find(each => each.route === route)
      if (!scene) throw new Error(`there is no page ${route}`)
      await page.goto(stage.origin + scene.path)
      await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
      process.stdout.write(`${name}${suffix}.png  ${scene.path}\n`)
      await context.close()
    }
} finally {
  for (const work of undo) await work()
}
