import t from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange } from '../support/exchange.ts'
import { signedContract } from '../support/trade.ts'

const x = await openExchange(t)
const browser = await openBrowser(t)
const { port } = await (async () => {
  await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
  return x.exchange.app.server.address() as { port: number }
})()
const origin = `http://127.0.0.1:${port}`

/** The number of a registered trade. */
async function registeredNumber(): Promise<{ number: string; id: string }> {
  const vendor = await x.organization(['vendor'])
  const buyer = await x.organization(['buyer'])
  const contract = await signedContract(x, { vendor, buyer })
  const opened = await x.until(async () => {
    const { items } = await x.ok('GET /registrations?limit=100', { as: x.operator.maker })
    return items.find((item: any) => item.contractId === contract.id)
  })
  await x.ok(`POST /registrations/${opened.id}/accept`, { as: x.operator.maker })
  const { number } = await x.ok(`POST /registrations/${opened.id}/pass`, { as: x.operator.checker })
  await x.until(async () => (await x.ok(`GET /verifications/${number}`)).log)
  return { number, id: opened.id }
}

const { number } = await registeredNumber()

t.test(
  'every public page is whole on desk and phone, in both languages, and asks nothing of other servers',
  async t => {
    const pages = [
      '/',
      '/verify',
      `/verify/${number}`,
      '/verify?number=140100-RG-2026-99999999-9',
      '/problems',
      '/problems/state-conflict',
    ]
    for (const path of pages)
      for (const lang of ['zh', 'en'])
        for (const width of [1440, 390]) {
          // one language a width; all four together in the full run
          if (!process.env.JINSHU_TEST_FULL && (lang === 'zh') !== (width === 1440)) continue
          const page = await browser.newPage({ viewport: { width, height: 900 } })
          const complaints = watch(page, origin)
          const joint = path.includes('?') ? '&' : '?'
          await page.goto(`${origin}${path}${joint}lang=${lang}`)
          const where = `${path} ${lang} ${width}`
          t.match(await page.getAttribute('html', 'lang'), lang === 'en' ? 'en' : 'zh', `${where}: language`)
          t.equal(await page.locator('h1').count(), 1, `${where}: one heading`)
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
          t.ok(overflow <= 0, `${where}: nothing sticks out sideways`)
          t.same(await accessibility(page), [], `${where}: accessible`)
          t.same(complaints, [], `${where}: no complaint`)
          await page.close()
        }
  },
)

t.test('anyone verifies a number by typing it, with the keyboard alone and without scripts', async t => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${origin}/verify`)
  await page.getByLabel('Registration or filing number').focus()
  await page.keyboard.type(number.toLowerCase())
  await page.keyboard.press('Enter')
  await page.waitForURL(`${origin}/verify/${number}`)
  t.match(await page.textContent('h1'), /Genuine/)
  const proof = await page.getByRole('link', { name: 'trade.tlog-proof' }).getAttribute('href')
  const text = await (await fetch(origin + proof)).text()
  t.match(text, /^c2sp\.org\/tlog-proof@v1\n/)
  await page.goto(`${origin}/verify`)
  await page.getByLabel('Registration or filing number').fill('140100-RG-2026-00000001-Q')
  await page.keyboard.press('Enter')
  t.match(await page.getByRole('alert').textContent(), /No such number was issued/)
  t.equal(await page.getByLabel('Registration or filing number').inputValue(), '140100-RG-2026-00000001-Q', 'kept')
  await context.close()
})

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
