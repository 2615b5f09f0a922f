import t from 'tap'
import { openBrowser, watch } from '../support/browser.ts'
import { openStage } from '../support/stage.ts'

const stage = await openStage(t)
const browser = await openBrowser(t)
const { origin } = stage

/** A page as one person of the demo sees it, with what the browser complains of. */
async function open(email: string, width = 1440) {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const session = await stage.session(email)
  await context.addCookies([
    { name: 'jinshu_session', value: session, url: origin },
    { name: 'jinshu_language', value: 'zh', url: origin },
  ])
  const page = await context.newPage()
  return { page, complaints: watch(page, origin), close: () => context.close() }
}

t.test('a planned form is told which of its fields exist already, and asks only for the rest', async t => {
  const clerk = await open('maker@gongshui.demo')
  const { page } = clerk
  await page.goto(`${origin}/institution/collections`)
  await page.getByRole('link', { name: '新建表单' }).click()
  await page.getByLabel('表单名称').fill('二次供水设施调查表')
  await page.getByLabel('用途').fill('掌握小区二次供水设施状况，安排改造')
  await page.getByLabel('法律依据').fill('《城市供水条例》第二十八条')
  await page.getByLabel('字段', { exact: true }).fill('小区名称\n区划代码\n区划名称\n水箱容积')
  await page.getByRole('button', { name: '比对目录' }).click()
  await page.waitForURL(/collections\/[0-9a-f-]{36}$/)
  const rows = page.locator('.field-row')
  t.equal(await rows.count(), 4)
  t.match(await rows.first().innerText(), /区划代码[\s\S]*待答复[\s\S]*可共享取得[\s\S]*山西省行政区划代码/)
  t.match(await rows.last().innerText(), /水箱容积[\s\S]*目录中没有/)
  t.equal(
    await page.getByRole('button', { name: '提交审核' }).count(),
    0,
    'it is not handed in before each is answered',
  )
  t.match(await page.locator('main').innerText(), '还有 2 个字段可通过共享取得')

  const first = rows.filter({ hasText: '区划代码' }).first()
  await first.getByRole('button', { name: '保存答复' }).click()
  await page.getByText('还有 1 个字段可通过共享取得').waitFor()
  const second = rows.first()
  await second.getByRole('combobox').selectOption('exempt')
  await second.getByRole('button', { name: '保存答复' }).click()
  t.match(await page.locator('.field-row').first().innerText(), /写明法律、法规名称和条款/, 'a law is asked for')
  clerk.complaints.splice(0)
  await page.getByRole('textbox', { name: '说明或法律条款' }).first().fill('《城市供水条例》第五条')
  await page.getByRole('button', { name: '保存答复' }).first().click()
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByText('目前没有需要办理的事项').waitFor()
  const id = page.url().split('/').at(-1)

  const reviewer = await open('maker@operator.demo')
  await reviewer.page.goto(`${origin}/operator/collections`)
  await reviewer.page.getByRole('link', { name: '二次供水设施调查表' }).click()
  t.match(await reviewer.page.locator('main').innerText(), /不再采集，改用共享数据[\s\S]*《城市供水条例》第五条/)
  await reviewer.page.getByRole('button', { name: '开始审核' }).click()
  const checker = await open('checker@operator.demo')
  await checker.page.goto(`${origin}/operator/collections/${id}`)
  await checker.page.getByRole('button', { name: '审核通过并登记' }).click()
  await checker.page.getByText('已登记', { exact: true }).first().waitFor()

  await page.goto(`${origin}/collections/${id}`)
  const open_ = await page.locator('main').innerText()
  t.match(open_, /采集的字段（3）/)
  t.match(open_, /不再采集（1）[\s\S]*区划代码/)
  t.same([...clerk.complaints, ...reviewer.complaints, ...checker.complaints], [])
  for (const each of [clerk, reviewer, checker]) await each.close()
})

t.test('who is asked again reports it from a phone, and reads what the authority found', async t => {
  const citizen = await open('maker@nongye.demo', 390)
  await citizen.page.goto(`${origin}/collections`)
  await citizen.page.getByRole('link', { name: '用水户信息登记表' }).click()
  await citizen.page.getByRole('link', { name: '举报这项采集' }).click()
  await citizen.page.getByLabel('被重复要求填报的字段').fill('区划名称')
  await citizen.page.getByLabel('情况说明').fill('每次报装都要求重新填写区划名称')
  await citizen.page.getByRole('button', { name: '提交举报' }).click()
  await citizen.page.waitForURL(/collections\/reports\/[0-9a-f-]{36}$/)
  t.match(await citizen.page.locator('main').innerText(), /山西省行政区划代码/, 'with what the catalog has')
  const id = citizen.page.url().split('/').at(-1)

  const official = await open('maker@taiyuan.demo')
  await official.page.goto(`${origin}/regulator/reports/${id}`)
  await official.page.getByRole('button', { name: '开始核查' }).click()
  await official.page.getByText('核查中', { exact: true }).first().waitFor()
  const decider = await open('checker@taiyuan.demo')
  await decider.page.goto(`${origin}/regulator/reports/${id}`)
  await decider.page.getByText('认定属实', { exact: true }).click()
  await decider.page.getByLabel('整改要求').fill('停止采集区划名称')
  await decider.page.getByLabel('理由').first().fill('该数据可共享取得')
  await decider.page.getByRole('button', { name: '确认属实' }).click()
  await decider.page.getByText('核查结果').waitFor()

  await citizen.page.goto(`${origin}/collections/reports`)
  t.match(await citizen.page.locator('main').innerText(), /属实/)
  await citizen.page.goto(`${origin}/collections/reports/${id}`)
  t.match(await citizen.page.locator('main').innerText(), /停止采集区划名称/)
  const reported = await open('maker@gongshui.demo')
  await reported.page.goto(`${origin}/institution/collections`)
  const seen = await reported.page.locator('#demands').innerText()
  t.match(seen, /停止采集区划名称/)
  t.notMatch(await reported.page.content(), /nongye|农业科技/, 'not who reported it')
  t.same([...citizen.complaints, ...official.complaints, ...decider.complaints, ...reported.complaints], [])
  for (const each of [citizen, official, decider, reported]) await each.close()
})
