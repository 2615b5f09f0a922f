import type { BrowserContext } from 'playwright-core'
import t from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { type ReaderName, readers, type Scene, scenesOf, settle } from '../support/scenes.ts'
import { openStage } from '../support/stage.ts'

type Test = Pick<typeof t, 'ok' | 'same'>

const isFull = process.env.JINSHU_TEST_FULL !== undefined
const stage = await openStage(t)
const browser = await openBrowser(t)
await settle(stage)
const scenes = await scenesOf(stage)
const { origin } = stage

const sessions = new Map<ReaderName, string>()
for (const [name, email] of Object.entries(readers) as [ReaderName, string | undefined][])
  if (email) sessions.set(name, await stage.session(email))

const look = (path: string, name: ReaderName, language: 'zh' | 'en') =>
  stage.exchange.app.inject({
    url: path,
    headers: {
      accept: 'text/html',
      cookie: `jinshu_language=${language}${sessions.has(name) ? `; jinshu_session=${sessions.get(name)}` : ''}`,
    },
  })

t.test('every page has something of the demo to show, and is shown whole to the one whom it is for', async t => {
  for (const { route, path, reader } of scenes) {
    t.not(path, '', `${route} has a sample`)
    if (path === '') continue
    const { statusCode, payload } = await look(path, reader, 'zh')
    t.equal(statusCode, 200, `${path} for the ${reader}: ${statusCode === 200 ? '' : payload.slice(-600)}`)
  }
})

t.test('every page answers every kind of reader in both languages: whole, or with a reason and a way on', async t => {
  for (const { path } of scenes.filter(scene => scene.path !== ''))
    for (const reader of Object.keys(readers) as ReaderName[])
      for (const language of ['zh', 'en'] as const) {
        const { statusCode, payload, headers } = await look(path, reader, language)
        const where = `${path} ${reader} ${language}`
        if (statusCode === 303) t.match(headers.location, /^\//, where)
        else {
          t.ok([200, 403, 404].includes(statusCode), `${where}: ${statusCode}`)
          t.equal(payload.match(/<h1[\s>]/g)?.length, 1, `${where}: one heading`)
          t.notMatch(
            payload,
            />\s*(undefined|null|NaN|\[object Object\]|Invalid Date)\s*</,
            `${where}: no missing word`,
          )
          t.match(payload, `<html lang="${language === 'en' ? 'en' : 'zh-CN'}"`, where)
        }
      }
})

interface View {
  readonly language: 'zh' | 'en'
  readonly theme: 'light' | 'dark'
  readonly width: 390 | 1440
}

const phone: View = { language: 'zh', theme: 'light', width: 390 }
const desk: View = { language: 'en', theme: 'dark', width: 1440 }
const views: View[] = isFull
  ? (['zh', 'en'] as const).flatMap(language =>
      (['light', 'dark'] as const).flatMap(theme => ([390, 1440] as const).map(width => ({ language, theme, width }))),
    )
  : [phone, desk]

/** Words of the page itself that are Chinese on an English page: data may be, labels may not. */
const untranslated = () => {
  const own = 'label, th, dt, legend, button, summary, nav a, caption, .state, .stat-label, h2, .btn'
  return [...document.querySelectorAll(own)]
    .filter(element => !element.closest('[lang^="zh"], [data-words="data"]') && !element.querySelector('[lang^="zh"]'))
    .map(element => element.textContent ?? '')
    .filter(words => /[\u4e00-\u9fff]/.test(words))
}

/** A browser as one reader has it; files are fetched once for all the pages that it looks at. */
async function contextOf(reader: Scene['reader'], { language, theme, width }: View): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const cookies = {
    jinshu_language: language,
    jinshu_theme: theme,
    ...(sessions.has(reader) && { jinshu_session: sessions.get(reader)! }),
  }
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin })))
  return context
}

async function inspect(t: Test, context: BrowserContext, scene: Scene, { language, theme, width }: View) {
  const page = await context.newPage()
  const complaints = watch(page, origin)
  await page.goto(origin + scene.path)
  const where = `${scene.path} ${scene.reader} ${language} ${theme} ${width}`
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  t.ok(overflow <= 0, `${where}: nothing sticks out sideways`)
  t.same(await accessibility(page), [], `${where}: accessible`)
  if (language === 'en') t.same(await page.evaluate(untranslated), [], `${where}: no word left in Chinese`)
  t.same(complaints, [], `${where}: no complaint`)
  await page.close()
}

for (const view of views)
  t.test(
    `every page is accessible and fits: ${view.language} ${view.theme} ${view.width}`,
    { timeout: 900_000 },
    async t => {
      const byReader = Map.groupBy(
        scenes.filter(each => each.path !== ''),
        each => each.reader,
      )
      for (const [reader, own] of byReader) {
        const context = await contextOf(reader, view)
        for (const scene of own) await inspect(t, context, scene, view)
        await context.close()
      }
    },
  )

t.test('the reference page of the API shows its operations under the strict policy', async t => {
  const page = await browser.newPage()
  const complaints = watch(page, origin)
  await page.goto(`${origin}/docs`)
  // the page draws operations as they are scrolled to
  const wanted = page.locator('#operations-contracts-signContract')
  await page.locator('.opblock').first().waitFor()
  for (let i = 0; i < 60 && (await wanted.count()) === 0; i++) {
    await page.mouse.wheel(0, 400)
    await page.waitForTimeout(50)
  }
  t.equal(await wanted.count(), 1, 'an operation is found by scrolling')
  t.same(
    complaints.filter(words => !/inline style/.test(words)),
    [],
  )
  await page.close()
})
