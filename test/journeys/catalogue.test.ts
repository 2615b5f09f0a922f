import type { Page } from 'playwright-core'
import t from 'tap'
import { demoPassword } from '../../src/demo/operator.ts'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { journeysOf } from '../support/language.ts'
import { openStage } from '../support/stage.ts'

const stage = await openStage(t)
const browser = await openBrowser(t)
const { origin } = stage
const { journey, w, say } = journeysOf(t)

type Options = { readonly person?: string; readonly hasScripts?: boolean; readonly language?: 'zh' | 'en' }

/** A page of a browser, signed in as a person of the demo where one is named. */
async function open({ person, hasScripts = true, language = say('zh', 'en') }: Options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    javaScriptEnabled: hasScripts,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  })
  if (person) await stage.enter(context, person)
  const page = await context.newPage()
  return { page, complaints: watch(page, origin), close: () => context.close() }
}

/** The vendor answers through the API; its desk's form stands for the same route. */
async function answer(question: string, words: string) {
  const post = async (url: string, payload: object, headers = {}) =>
    (await stage.exchange.app.inject({ method: 'POST', url: `/api/v1${url}`, payload, headers })).json()
  const { accessToken } = await post('/sessions', { email: 'maker@qixiang.demo', password: demoPassword })
  const [row] = await stage.sql`select id, vendor_id from catalog.product_question where question = ${question}`
  const headers = { authorization: `Bearer ${accessToken}`, 'jinshu-organization': row!.vendor_id }
  return post(`/questions/${row!.id}/answer`, { answer: words }, headers)
}

const total = async (page: Page) => Number((await page.locator('.total strong').innerText()).replaceAll(',', ''))
const weather = '逐日气象观测数据集（2012–2015年）'

journey('a visitor searches, narrows, and judges a product by what is known of it', async t => {
  const title = say(weather, 'Daily weather observations 2012–2015')
  const { page, complaints, close } = await open()
  await page.goto(origin)
  await page.getByRole('searchbox').fill('气象')
  await page.getByRole('button', { name: w('检索') }).click()
  await page.waitForURL(/\/products\?q=/)
  const all = await total(page)
  t.ok(all > 1, `${all} products are found`)
  const themes = page.locator('[data-facet="theme"]')
  const facet = (words: RegExp) => themes.locator('label', { hasText: words })
  const promised = Number(
    await facet(say(/^农业/, /^Agriculture/))
      .locator('.num')
      .innerText(),
  )
  await facet(say(/^农业/, /^Agriculture/)).click()
  await page.waitForURL(/theme=agriculture/)
  t.equal(await total(page), promised, 'a facet gives as many as it said')
  t.ok(promised < all)
  t.ok(
    await facet(say(/^农业/, /^Agriculture/))
      .getByRole('checkbox')
      .evaluate(box => box === document.activeElement),
    'focus stays',
  )
  const others = themes.locator('label:not(:has(:checked))')
  const other = (await others.first().locator('.facet-words').innerText()).trim()
  await others.first().click()
  await page.locator('.pill', { hasText: other }).waitFor()
  t.ok((await total(page)) > promised, 'either of two themes will do')
  t.equal(new URL(page.url()).searchParams.getAll('theme').length, 2, 'the address carries both')
  await page.goBack()
  await page.locator('.pill', { hasText: other }).waitFor({ state: 'detached' })
  t.equal(await total(page), promised, 'back is the search before')
  await page.getByRole('link', { name: w('价格从低到高') }).click()
  const prices = await page.locator('.hit-price').allInnerTexts()
  t.same(
    prices,
    [...prices].sort((a, b) => Number(a.replace(/[^\d.]/g, '')) - Number(b.replace(/[^\d.]/g, ''))),
  )
  await page.locator('.pill', { hasText: say('主题', 'Theme') }).click()
  t.equal(await total(page), all, 'a condition is taken off by its chip')
  await page.getByRole('link', { name: title }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  for (const part of ['数据字典', '取值分布', '样例', '可以怎样使用', '合同会怎样约定', '版本', '提问与答复', '评价'])
    t.ok(await page.getByRole('heading', { name: w(part) }).isVisible(), part)
  t.equal(await page.locator('#sample tbody tr').count(), 20, 'real rows are shown')
  t.match(await page.locator('#spread svg[role=img]').first().getAttribute('aria-label'), say(/分布/, /spread/i))
  await page.locator('#spread .figures summary').first().click()
  t.ok(await page.locator('#spread .figures table').first().isVisible(), 'a chart has its figures in words')
  await page.locator('.product-vendor a').click()
  t.ok(await page.getByRole('heading', { name: w('交易记录') }).isVisible())
  t.ok((await page.locator('.hit').count()) > 1, 'the vendor’s products')
  await page.goBack()
  await page.getByRole('link', { name: w('登录并购买') }).click()
  t.match(page.url(), /\/sign-in\?next=%2Fproducts%2F[0-9a-f-]+%2Fbuy/)
  t.same(complaints, [])
  await close()
})

journey('a search that finds nothing says what would', async t => {
  const { page, close } = await open()
  await page.goto(`${origin}/products?q=${encodeURIComponent('太原气象')}&priceKind=free`)
  await page.getByText(w('没有符合条件的数据产品')).waitFor()
  const way = page.locator('.suggestions a').first()
  const promised = say(/（(\d+) 个产品）/, /\((\d+) products?\)/).exec(
    await page.locator('.suggestions li').first().innerText(),
  )?.[1]
  await way.click()
  t.equal(await total(page), Number(promised), 'it finds what it promised')
  await page.goto(`${origin}/products?q=zzzzqqqq`)
  t.same(await accessibility(page), [])
  await page.getByRole('link', { name: w('浏览全部数据产品') }).click()
  t.ok((await total(page)) > 1)
  await close()
})

t.test('a buyer asks without scripts, too short at first; the vendor answers; everyone reads', async t => {
  const asking = await open({ person: 'maker@baoxian.demo', hasScripts: false })
  const { page } = asking
  await page.goto(`${origin}/products`)
  const boxes = page.locator('[data-facet="priceKind"] input')
  const all = await boxes.all()
  for (const box of all) await box.check()
  await page.getByRole('button', { name: '应用筛选' }).click()
  await page.waitForURL(/priceKind=\w[^&]*&priceKind=/)
  t.equal(await page.locator('.pill', { hasText: '价格' }).count(), all.length, 'the button does what the script does')
  await page.goto(`${origin}/products?q=${encodeURIComponent('逐日气象')}`)
  await page.getByRole('link', { name: weather }).click()
  const address = page.url()
  t.equal(
    await page.getByRole('link', { name: '购买', exact: true }).getAttribute('href'),
    `${new URL(address).pathname}/buy`,
  )
  await page.getByLabel('向供方提问').fill('？？')
  await page.getByRole('button', { name: '提交问题' }).click()
  await page.locator('#questions .invalid-feedback').waitFor()
  t.equal(await page.getByLabel('向供方提问').inputValue(), '？？', 'what was typed is still there')
  await page.getByLabel('向供方提问').fill('降水量是否含降雪？')
  await page.getByRole('button', { name: '提交问题' }).click()
  await page.locator('.talk', { hasText: '降水量是否含降雪？' }).waitFor()
  await page.getByRole('button', { name: /关注/ }).click()
  t.ok(await page.getByRole('button', { name: '取消关注' }).isVisible())
  await asking.close()

  await answer('降水量是否含降雪？', '含降雪，折算为降水量。')

  const reading = await open({ language: 'en' })
  await reading.page.goto(address)
  const talk = reading.page.locator('.talk', { hasText: '含降雪，折算为降水量。' })
  await talk.waitFor()
  t.notMatch(await talk.innerText(), /保险/, 'who asked is not told')
  t.ok(await reading.page.getByRole('link', { name: 'Sign in to ask' }).isVisible())
  t.same(await accessibility(reading.page), [])
  t.same(reading.complaints, [])
  await reading.close()
})

t.test('the one action is closed to those who cannot buy, with the reason', async t => {
  const own = await open({ person: 'maker@qixiang.demo' })
  await own.page.goto(`${origin}/products?q=${encodeURIComponent('逐日气象')}`)
  await own.page.getByRole('link', { name: weather }).click()
  t.ok(await own.page.getByRole('button', { name: '购买' }).isDisabled())
  t.match(await own.page.locator('#buy-why').innerText(), /本机构的产品/)
  await own.close()
  const clerk = await open({ person: 'finance@baoxian.demo' })
  await clerk.page.goto(`${origin}/products?q=${encodeURIComponent('逐日气象')}`)
  await clerk.page.getByRole('link', { name: weather }).click()
  t.match(await clerk.page.locator('#buy-why').innerText(), /经办/)
  await clerk.close()
})

t.test('a search is kept under a name, and a name in use is refused beside the field', async t => {
  const { page, close } = await open({ person: 'maker@baoxian.demo' })
  const keep = async () => {
    await page.goto(`${origin}/products?theme=agriculture`)
    await page.locator('.save-search > summary').click()
    await page.locator('.save-search').getByRole('button', { name: '保存' }).click()
  }
  await keep()
  await page.waitForURL(url => url.pathname !== '/forms/saved-searches')
  const kept = await stage.sql`select name, query from catalog.saved_search`
  t.match(kept, [{ name: '农业', query: { theme: ['agriculture'] } }])
  await keep()
  await page.locator('.save-search .invalid-feedback').waitFor()
  t.match(await page.locator('.save-search .invalid-feedback').innerText(), /同名/)
  await close()
})

t.test(
  'who changes the role stays on the trade where it is theirs too, and finds the password to sign with',
  async t => {
    const [contract] = await stage.sql`select id from contracts.contract where state = 'partly_signed'`
    const here = `${origin}/contracts/${contract!.id}`
    const { page, complaints, close } = await open({ person: 'checker@baoxian.demo' })
    const become = async (email: string) => {
      await page.getByRole('link', { name: '换一个角色看' }).click()
      await page.locator(`button[value="${email}"]`).click()
      await page.waitForLoadState()
    }
    await page.goto(here)
    t.match(await page.locator('form[action$="/sign"]').innerText(), `演示账号的密码都是：${demoPassword}`)
    await become('maker@qixiang.demo')
    t.equal(page.url(), here, 'the other party sees the same contract')
    await become('maker@nongye.demo')
    t.equal(page.url(), `${origin}/buyer`, 'to whom it is nothing begins at their own desk')
    t.same(complaints, [])
    await close()
  },
)
