import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Excel from 'exceljs'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, type Role } from '../support/exchange.ts'
import { enter, listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const browser = await openBrowser(t)
const complaints: string[][] = []
const folder = await mkdtemp(join(tmpdir(), 'jinshu-bulk-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))

async function as(t: Test, role: Role, path: string, language: 'zh' | 'en', width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  await context.addCookies([{ name: 'jinshu_language', value: language, url: origin }])
  await enter(context, x, role, origin)
  const page = await context.newPage()
  complaints.push(watch(page, origin))
  t.teardown(() => context.close())
  await page.goto(origin + path)
  return page
}

const said = (page: Page) => page.locator('main').innerText()

async function isWell(t: Test, page: Page): Promise<void> {
  t.same(await accessibility(page), [], `${page.url()} is accessible`)
  t.same(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${page.url()} fits`)
}

const words = {
  zh: {
    template: '下载模板',
    upload: '上传并预览',
    confirm: '确认导入',
    submit: '提交所选目录',
    enumeration: /目录 K4 共享类型：“大概共享”不在列表中/,
    length: /信息项 F5 长度：不是 1 至 1000000 的整数/,
    refused: /2 行未通过/,
    made: /已生成 1 份草稿/,
    done: /已提交 1 份/,
  },
  en: {
    template: 'Download the template',
    upload: 'Upload and preview',
    confirm: 'Confirm the import',
    submit: 'Submit those ticked',
    enumeration: /Entries K4 Sharing: “大概共享” is not in the list/,
    length: /Items F5 Length: is not a whole number/,
    refused: /2 row\(s\) refused/,
    made: /1 draft\(s\) were made/,
    done: /1 submitted/,
  },
}

/** Three rows in the very template that was downloaded: one sound, one with a word that is no choice, one with a bad item. */
async function fill(path: string, language: string): Promise<void> {
  const book = new Excel.Workbook()
  await book.xlsx.readFile(path)
  const [entries, items] = [book.getWorksheet('目录 Entries')!, book.getWorksheet('信息项 Items')!]
  const heads = (entries.getRow(1).values as string[]).map(head => head?.replace(' *', ''))
  const row = (at: number, cells: Record<string, string>) => {
    for (const [head, value] of Object.entries(cells)) entries.getCell(at, heads.indexOf(head)).value = value
  }
  const whole = {
    分类代码: '306010',
    摘要: '各级行政区划的代码。',
    主题: 'smart-city',
    格式: 'table',
    更新周期: '每月',
    数据分级: 'general',
    共享类型: '无条件共享',
    共享依据: '政务数据共享条例',
    开放类型: '无条件开放',
    开放依据: '地名管理条例',
    上云情况: '省级政务云',
    来源系统: '区划系统',
    职责依据: '行政区划管理条例',
  }
  row(3, { ...whole, 编号: '01', 名称: `区划代码 ${language}` })
  row(4, { ...whole, 编号: '02', 名称: `地名 ${language}`, 共享类型: '大概共享' })
  row(5, { ...whole, 编号: '03', 名称: `门牌 ${language}` })
  items.getRow(3).values = ['01', '代码', '', 'code', '字符型', 12]
  items.getRow(4).values = ['02', '名称', '', 'name', '字符型']
  items.getRow(5).values = ['03', '门牌号', '', 'plate', '字符型', '很长']
  await book.xlsx.writeFile(path)
}

for (const [language, width] of [
  ['zh', 1440],
  ['en', 390],
] as const)
  t.test(
    `an institution fills the template, mends nothing, confirms the rest and submits it (${language})`,
    async t => {
      const w = words[language]
      const civil = await x.organization(['institution'], { division: '140000', name: `山西省民政厅${language}` })
      const desk = await as(t, civil.administrator, '/institution/resources', language, width)
      await desk.locator('a[href="/institution/resources/import"]').click()
      await isWell(t, desk)
      const [download] = await Promise.all([
        desk.waitForEvent('download'),
        desk.getByRole('link', { name: w.template }).click(),
      ])
      const path = join(folder, `filled-${language}.xlsx`)
      await download.saveAs(path)
      await fill(path, language)
      await desk.locator('input[type=file]').setInputFiles(path)
      await desk.getByRole('button', { name: w.upload }).click()
      await desk.waitForURL(/\/institution\/resources\/imports\/[0-9a-f-]{36}/)
      const preview = await said(desk)
      t.match(preview, w.refused)
      t.match(preview, w.enumeration, 'the first error: sheet, column, row, what is wrong')
      t.match(preview, w.length, 'the second')
      await isWell(t, desk)
      t.equal((await x.ok('GET /resource-versions', { as: civil.maker })).items.length, 0, 'nothing is written yet')
      const [result] = await Promise.all([desk.waitForEvent('download'), desk.locator('a[href*="/result"]').click()])
      t.match(result.suggestedFilename(), /\.xlsx$/)
      await desk.getByRole('button', { name: w.confirm }).click()
      await desk.waitForLoadState('networkidle')
      t.match(await said(desk), w.made)
      await desk.locator('a[href="/institution/resources/submit"]').click()
      await isWell(t, desk)
      await desk.getByRole('button', { name: w.submit }).click()
      await desk.waitForLoadState('networkidle')
      t.match(await said(desk), w.done)
      await isWell(t, desk)
      t.match(await x.ok('GET /resource-versions?state=submitted', { as: civil.maker }), {
        items: [{ nameZh: `区划代码 ${language}` }],
      })
      t.comment('a file that is no workbook is refused beside its field')
      await desk.goto(`${origin}/institution/resources/import`)
      await desk
        .locator('input[type=file]')
        .setInputFiles({ name: 'a.xlsx', mimeType: 'text/plain', buffer: Buffer.from('a,b') })
      await desk.getByRole('button', { name: w.upload }).click()
      await desk.waitForSelector('.invalid-feedback')
      t.match(await said(desk), /Excel/)
    },
  )

t.test('an enterprise says what it is when it registers, and the operator sees it', async t => {
  const founder = await x.person('founder')
  const page = await as(t, founder, '/organization/new', 'zh', 390)
  const { newUscc } = await import('../support/exchange.ts')
  await page.locator('input[name=uscc]').fill(newUscc())
  await page.locator('input[name=nameZh]').fill('太原某某客运公司')
  await page.locator('input[name=address]').fill('山西省太原市示范路')
  await page.locator('input[name=contactName]').fill('王芳')
  await page.locator('input[name=contactPhone]').fill('0351-1234567')
  await page.locator('input[name=roles][value=institution]').check()
  await page.locator('form[data-guard] button[type=submit]').click()
  await page.waitForSelector('.invalid-feedback')
  t.match(await said(page), /请选择机构类别/)
  await page.locator('select[name=institutionKind]').selectOption('publicServiceEnterprise')
  await page.locator('select[name=serviceKind]').selectOption('road-passenger')
  await page.locator('form[data-guard] button[type=submit]').click()
  await page.waitForURL(/\/organization\?of=/)
  t.match(await said(page), /公共服务企业（道路客运）/)
  const id = new URL(page.url()).searchParams.get('of')
  const clerk = await as(t, x.operator.maker, `/operator/organizations/${id}`, 'en', 1440)
  t.match(await said(clerk), /Public service enterprise \(road passenger/)
})

t.test('no page asked for what it may not', t => {
  t.same(
    complaints.flat().filter(each => !/415|400/.test(each)),
    [],
  )
  t.end()
})
