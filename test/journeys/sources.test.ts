import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { type Cast, openExchange, type Role } from '../support/exchange.ts'
import { enter, listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const browser = await openBrowser(t)
const complaints: string[][] = []

async function as(t: Test, role: Role | undefined, path: string, language: 'zh' | 'en', width = 1440): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  await context.addCookies([{ name: 'jinshu_language', value: language, url: origin }])
  if (role) await enter(context, x, role, origin)
  const page = await context.newPage()
  complaints.push(watch(page, origin))
  t.teardown(() => context.close())
  await page.goto(origin + path)
  return page
}

const said = (page: Page) => page.locator('main').innerText()

/** No findings of axe, and nothing wider than the window. */
async function isWell(t: Test, page: Page): Promise<void> {
  t.same(await accessibility(page), [], `${page.url()} is accessible`)
  t.same(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${page.url()} fits`)
}

async function published(of: Cast, nameZh: string, item: string): Promise<{ id: string; versionId: string }> {
  const made = await x.ok('POST /resources', { as: of.maker, body: { classCode: '306010', nameZh } })
  await x.ok(`PATCH /resource-versions/${made.versionId}`, {
    as: of.maker,
    body: {
      abstract: '业务办理中形成的基本信息。',
      format: 'table',
      sharingType: 'unconditional',
      sharingBasis: '政务数据共享条例',
      openingType: 'notOpen',
      openingBasis: '个人信息保护法',
      updateCycle: 'monthly',
      grade: 'general',
      placement: 'cityCloud',
      systemOfRecord: '业务系统',
      dutyBasis: '居民身份证法第三条',
      themes: ['smart-city'],
      items: [{ nameZh: item, type: 'text', sensitivity: 'none' }],
    },
  })
  await x.ok(`POST /resource-versions/${made.versionId}/submit`, { as: of.maker })
  await x.ok(`POST /resource-versions/${made.versionId}/review`, { as: x.operator.maker })
  await x.ok(`POST /resource-versions/${made.versionId}/publish`, { as: x.operator.checker })
  return made
}

const words = {
  zh: {
    propose: '申报或更正',
    submit: '提交申报',
    object: '提出异议',
    send: '提交异议',
    answer: '提交答复',
    adopt: '认定为权威来源',
    decide: '确认认定',
    inForce: '有效',
    not: '本信息项不是权威来源',
    is: '本信息项是权威来源',
  },
  en: {
    propose: 'Propose or correct',
    submit: 'Submit the proposal',
    object: 'Object',
    send: 'Submit the objection',
    answer: 'Submit the answer',
    adopt: 'Decide that it is the source',
    decide: 'Decide',
    inForce: 'In force',
    not: 'This item is not the source',
    is: 'This item is the authoritative source',
  },
}
const places = { zh: ['140100', '太原市'], en: ['140200', '大同市'] } as const

for (const language of ['zh', 'en'] as const) {
  t.test(
    `one institution proposes, another objects, the authority decides, everyone sees it (${language})`,
    async t => {
      const w = words[language]
      const [division, city] = places[language]
      const police = await x.organization(['institution'], { division, name: `${city}公安局` })
      const civil = await x.organization(['institution'], { division, name: `${city}民政局` })
      const authority = await x.organization(['authority'], { division, name: `${city}数据局` })
      const people = await published(police, '人口基本信息', '公民身份号码')
      const marriages = await published(civil, '婚姻登记信息', '身份证号')
      await x.until(
        async () => (await x.sql`select 1 from sources.indexed where entry_id = ${marriages.id}`).length > 0,
        'the entries to be looked through',
      )
      const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
      const door = (page: Page, name: string) => page.locator('summary', { hasText: name }).first().click()

      const officer = await as(t, police.maker, `/institution/resources/${people.versionId}`, language)
      await officer.getByRole('link', { name: w.propose }).click()
      await officer.waitForURL('**/institution/sources/new?**')
      t.equal(await officer.locator('select[name=element]').first().inputValue(), 'citizen-id', 'found by its name')
      t.match(await officer.locator('textarea[name=dutyBasis]').inputValue(), '居民身份证法', 'taken from the entry')
      await isWell(t, officer)
      await button(officer, w.submit).click()
      await officer.waitForURL(/\/source-proposals\/[0-9a-f-]{36}/)
      await isWell(t, officer)
      const path = new URL(officer.url()).pathname

      const rival = await as(t, civil.maker, '/institution', language)
      await rival.locator(`main a[href="${path}"]`).click()
      await rival.waitForURL(`**${path}`)
      await door(rival, w.object)
      await rival.locator('textarea[name=reason]').fill('婚姻登记时依法采集')
      await rival.locator('textarea[name=evidence]').fill('《婚姻登记条例》第五条')
      await isWell(t, rival)
      await button(rival, w.send).click()
      await rival.locator('.alert-success').first().waitFor()

      await officer.goto(origin + path)
      await officer.locator('textarea[name=answer]').fill('公民身份号码由公安机关编制')
      await button(officer, w.answer).click()
      await officer.locator('.alert-success').first().waitFor()
      await isWell(t, officer)

      const id = path.split('/').at(-1)!
      const { objectionsUntil } = await x.ok(`GET /sources/${id}`, { as: police.maker })
      await x.advanceTo(new Date(new Date(objectionsUntil).getTime() + 1000))
      await x.until(
        async () => (await x.ok(`GET /sources/${id}`, { as: police.maker })).state === 'ready',
        'the end of the period',
      )
      const judge = await as(t, authority.checker, '/source-proposals', language, 390)
      await isWell(t, judge)
      await judge.locator(`main a[href="${path}"]`).click()
      await judge.waitForURL(`**${path}`)
      t.match(await said(judge), '《婚姻登记条例》第五条', 'with the evidence')
      await door(judge, w.adopt)
      await judge.locator('main input[name=reason]').first().fill('编制机关为公安机关')
      await isWell(t, judge)
      await button(judge, w.decide).first().click()
      await judge.locator('.alert-success').first().waitFor()
      t.match(await said(judge), w.inForce)

      const visitor = await as(t, undefined, `/sources?division=${division}&state=sourced`, language, 390)
      await isWell(t, visitor)
      await visitor.locator('main a[href="/sources/citizen-id"]').click()
      await visitor.waitForURL('**/sources/citizen-id')
      t.match(await said(visitor), `${city}公安局`)
      t.notMatch(await said(visitor), '《婚姻登记条例》第五条', 'evidence is for the parties')
      await isWell(t, visitor)
      await visitor.goto(`${origin}/resources/${marriages.id}`)
      const repeated = await said(visitor)
      for (const part of [w.not, `${city}公安局`]) t.match(repeated, part)
      await isWell(t, visitor)
      await visitor.goto(`${origin}/resources/${people.id}`)
      t.match(await said(visitor), w.is)
    },
  )
}

t.test('the register of elements is kept by those whose duty it is', async t => {
  const keeper = await as(t, x.operator.checker, '/source-proposals?state=in_force', 'zh')
  await keeper.locator('summary', { hasText: '登记新的数据元' }).click()
  for (const [name, value] of [
    ['identifier', 'school-code'],
    ['nameZh', '学校标识码'],
    ['nameEn', 'School code'],
    ['definition', '教育主管部门赋予学校的代码'],
    ['definitionEn', 'Code that the education authority gives a school'],
    ['synonyms~lines', '学校代码\n学校编码'],
  ] as const)
    await keeper.locator(`main [name="${name}"]`).fill(value)
  await isWell(t, keeper)
  await keeper.getByRole('button', { name: '登记', exact: true }).click()
  await keeper.waitForURL('**/sources/school-code')
  t.match(await said(keeper), '教育主管部门赋予学校的代码')
})

t.test('the browser complained of nothing on the way', async t => {
  t.same(complaints.flat(), [])
})
