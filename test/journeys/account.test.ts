import { Secret, TOTP } from 'otpauth'
import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { newUscc, openExchange, password, type Role } from '../support/exchange.ts'
import { journeysOf } from '../support/language.ts'
import { enter, listen } from '../support/web.ts'

const { journey, w, say, passage, locale } = journeysOf(t)
const x = await openExchange(t, { workers: false })
const origin = await listen(x)
const browser = await openBrowser(t)
const vendor = await x.organization(['vendor'], { name: '并州气象数据公司' })
const buyer = await x.organization(['buyer'], { name: '汾河农业公司' })

/** A browser of its own, closed with its test. */
async function open(t: { teardown: (work: () => Promise<void>) => void }, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: locale(), viewport: { width: 1280, height: 900 }, ...options })
  t.teardown(() => context.close())
  const page = await context.newPage()
  return { context, page, seen: watch(page, origin) }
}

const path = (page: Page) => page.url().slice(origin.length)
const go = (page: Page, to: string) => page.goto(origin + to)
const said = (page: Page) => page.locator('main').innerText()
const submit = (page: Page, words: string) => page.getByRole('button', { name: w(words), exact: true }).click()

async function signIn(page: Page, email: string, given = password) {
  await page.getByLabel(w('邮箱')).fill(email)
  await page.getByLabel(w('密码')).fill(given)
  await page
    .locator('main')
    .getByRole('button', { name: w('登录'), exact: true })
    .click()
}

journey('a wrong password keeps the address typed, and the right one leads to the page that was wanted', async t => {
  const { page } = await open(t)
  await go(page, '/organization/members')
  t.equal(path(page), '/sign-in?next=%2Forganization%2Fmembers', 'a stranger is led to the sign-in page')
  await signIn(page, vendor.maker.email, 'not the password')
  t.match(await page.getByRole('alert').innerText(), passage('邮箱或密码不正确'))
  t.equal(await page.getByLabel(w('邮箱')).inputValue(), vendor.maker.email)
  t.equal(await page.getByLabel(w('密码')).inputValue(), '')
  await signIn(page, vendor.maker.email)
  t.equal(path(page), '/organization/members')
  t.match(await said(page), vendor.maker.email)
  const session = (await page.context().cookies()).find(cookie => cookie.name === 'jinshu_session')
  t.match(session, { httpOnly: true, sameSite: 'Lax' }, 'out of reach of scripts and of other sites')
  await go(page, '/sign-in?next=//evil.example/')
  t.equal(await page.locator('input[name="_next"]').first().inputValue(), '', 'it leads to no other site')
})

t.test('signing in works without scripts', async t => {
  const { page } = await open(t, { javaScriptEnabled: false })
  await go(page, '/sign-in?next=%2Faccount')
  await signIn(page, vendor.maker.email)
  t.equal(path(page), '/account')
})

t.test('who signs out has left: neither the page nor the way back shows anything', async t => {
  const { page, context } = await open(t)
  await enter(context, x, vendor.maker, origin)
  await go(page, '/organization/members')
  await page.locator('summary', { hasText: 'maker' }).click()
  const [answer] = await Promise.all([
    page.waitForResponse(each => each.url().endsWith('/sign-out')),
    submit(page, '退出登录'),
  ])
  t.equal((await answer.allHeaders())['clear-site-data'], '"cache"')
  await page.waitForURL(`${origin}/`)
  await page.goBack()
  await page.reload()
  t.match(path(page), /^\/sign-in/)
  const left = (await context.cookies()).map(cookie => cookie.name)
  t.notOk(left.includes('jinshu_session') || left.includes('jinshu_organization'))
})

/** What is typed into the registration of an organisation. */
async function describe(page: Page, uscc: string, name: string) {
  await page.getByLabel(w('统一社会信用代码')).fill(uscc)
  await page.getByLabel(w('机构名称')).fill(name)
  await page.getByLabel(w('住所')).fill('山西省大同市平城区测试街1号')
  await page.getByLabel(w('联系人')).fill('刘洋')
  await page.getByLabel(w('联系电话')).fill('0352-1234567')
}

journey('from nothing to a verified organisation: signed up, registered, returned, corrected, verified', async t => {
  const { page, seen } = await open(t)
  await go(page, '/sign-up')
  await page.getByLabel(w('姓名')).fill('刘洋')
  await page.getByLabel(w('邮箱')).fill(`liu.yang@${locale().toLowerCase()}.example.cn`)
  await page.getByLabel(w('密码')).fill('password')
  await submit(page, '注册并登录')
  t.match(await said(page), passage('太容易猜到'))
  t.equal(await page.getByLabel(w('姓名')).inputValue(), '刘洋', 'what was typed is still there')
  await page.getByLabel(w('密码')).fill(password)
  await submit(page, '注册并登录')
  t.equal(path(page), '/organization/new', 'signed in, and at the first step')

  const uscc = newUscc('140200')
  const wrong = uscc.slice(0, 17) + (uscc.endsWith('0') ? '1' : '0')
  await describe(page, wrong.toLowerCase(), '大同云冈地理信息公司')
  t.match(await page.getByRole('status').innerText(), passage('校验位不符'), 'said while it is typed')
  t.equal(await page.getByLabel(w('所在行政区划')).first().inputValue(), '140200', 'the division comes from the code')
  await page.getByRole('checkbox', { name: w('供方') }).check()
  await submit(page, '提交注册')
  t.match(await said(page), passage('校验位不符，不是有效的统一社会信用代码'), 'and refused by the service')
  t.ok(await page.getByRole('checkbox', { name: w('供方') }).isChecked())
  await page.getByLabel(w('统一社会信用代码')).fill(uscc)
  t.match(await page.getByRole('status').innerText(), passage('校验位正确'))
  await submit(page, '提交注册')
  t.match(path(page), /^\/organization\?of=/)
  t.match(await said(page), passage('待受理', '等待运营机构经办人受理'))

  const [row] = await x.sql`select id from identity.organization where uscc = ${uscc}`
  const { maker, checker } = x.operator
  await x.ok(`POST /organizations/${row!.id}/return`, { as: maker, body: { reason: '名称与营业执照不一致，请核对' } })
  await page.reload()
  t.match(await said(page), '名称与营业执照不一致，请核对')
  await page.getByLabel(w('机构名称')).fill('大同云冈地理信息有限公司')
  await submit(page, '重新提交')
  t.match(await said(page), new RegExp(`大同云冈地理信息有限公司[\\s\\S]*${passage('待受理').source}`))
  await x.ok(`POST /organizations/${row!.id}/accept`, { as: maker })
  await x.ok(`POST /organizations/${row!.id}/verify`, { as: checker })
  await page.reload()
  t.match(await said(page), passage('核验通过', '登记收款账户', '首个数据产品挂牌'))
  await page.getByRole('link', { name: w('登记账户') }).click()
  t.equal(path(page), '/organization/bank-accounts', 'each step leads to its own page')
  await page.getByLabel(w('开户银行及支行')).fill('晋商银行大同分行')
  await page.getByLabel(w('银行账号')).fill('6222 0000 1111 2222')
  await page.getByLabel(w('登录密码')).fill('not the password')
  await submit(page, '提交')
  t.match(await said(page), passage('密码不正确'))
  t.equal(await page.getByLabel(w('银行账号')).inputValue(), '6222 0000 1111 2222')
  await page.getByLabel(w('登录密码')).fill(password)
  await submit(page, '提交')
  t.match(await said(page), say(/2222[\s\S]*待确认/, /2222[\s\S]*To be confirmed/))
  t.same(
    seen.filter(line => !/status of 4\d\d/.test(line)),
    [],
    'the pages break no rule of theirs',
  )
})

journey(
  'two steps: set up with the app, asked for at the next sign-in, with a recovery code when the phone is lost',
  async t => {
    const person = await x.person('careful')
    const { page, context } = await open(t)
    await enter(context, x, person, origin)
    await go(page, '/account/two-step')
    await page.getByLabel(w('登录密码')).fill(password)
    await submit(page, '开始设置')
    const secret = (await page.locator('.copyable code').innerText()).trim()
    const code = (shift: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + shift * 30_000 })
    await page.waitForLoadState()
    const picture = await page.locator('.qr svg').boundingBox()
    t.ok(picture && picture.width > 150 && Math.abs(picture.width - picture.height) < 2, 'a code to scan')
    await page.getByLabel(w('6 位验证码')).fill('000000')
    await submit(page, '启用两步登录')
    t.match(await said(page), passage('验证码不正确'))
    await page.getByLabel(w('6 位验证码')).fill(code(-1))
    await submit(page, '启用两步登录')
    const codes = await page.locator('.codes code').allInnerTexts()
    t.equal(codes.length, 10, 'the recovery codes are shown')
    await go(page, '/account/two-step')
    t.equal(await page.locator('.codes code').count(), 0, 'once')
    t.match(await said(page), say('剩余 10 个恢复码', '10 recovery codes left'))

    const other = await open(t)
    await go(other.page, '/sign-in?next=%2Faccount')
    await signIn(other.page, person.email)
    t.match(await said(other.page), passage('还差一步'))
    await other.page.getByLabel(w('验证码')).fill('123456')
    await submit(other.page, '验证并登录')
    t.match(await said(other.page), passage('验证码不正确'))
    await other.page.getByLabel(w('验证码')).fill(code(0))
    await submit(other.page, '验证并登录')
    t.equal(path(other.page), '/account')

    const lost = await open(t)
    await go(lost.page, '/sign-in')
    await signIn(lost.page, person.email)
    await lost.page.getByLabel(w('验证码')).fill(codes[7]!)
    await submit(lost.page, '验证并登录')
    t.equal(path(lost.page), '/organization/new')
    await go(lost.page, '/account/sessions')
    t.match(await said(lost.page), say(/Chrome · Linux[\s\S]*当前设备/, /Chrome · Linux[\s\S]*This one/))
    await lost.page.getByText(w('退出其他全部登录')).click()
    await submit(lost.page, '全部退出')
    await page.reload()
    t.match(path(page), /^\/sign-in/, 'the other browsers are out')
    await go(lost.page, '/account/two-step')
    await lost.page.locator('summary', { hasText: w('关闭两步登录') }).click()
    const off = lost.page.locator('form', { hasText: w('验证码或恢复码') })
    await off.getByLabel(w('登录密码')).fill(password)
    await off.getByLabel(w('验证码或恢复码')).fill(codes[2]!)
    await off.getByRole('button', { name: w('关闭') }).click()
    t.match(await said(lost.page), passage('开始设置'), 'turned off')
  },
)

t.test('in earnest, who holds a finance duty is led to two-step sign-in and works once it is on', async t => {
  const flags = [x.exchange.kit.settings, x.exchange.app] as { isDemo: boolean }[]
  for (const each of flags) each.isDemo = false
  t.teardown(async () => {
    for (const each of flags) each.isDemo = true
  })
  const { page } = await open(t)
  await go(page, '/sign-in')
  t.equal((await x.exchange.app.inject({ method: 'POST', url: '/demo/enter' })).statusCode, 404, 'no doors in earnest')
  await signIn(page, vendor.finance.email)
  t.equal(path(page), '/account/two-step')
  t.match(await said(page), '您的职责要求两步登录')
  await go(page, '/organization/bank-accounts')
  t.match(await said(page), /请先开启两步登录[\s\S]*\/account\/two-step/, 'everything else says what to do')
  await page.getByRole('link', { name: '开启两步登录' }).click()
  t.notMatch(await said(page), '演示账号的密码', 'the hint of the demo is of the demo')
  await page.getByLabel('登录密码').fill(password)
  await submit(page, '开始设置')
  const secret = (await page.locator('.copyable code').innerText()).trim()
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
  await page.getByLabel('6 位验证码').fill(code)
  await submit(page, '启用两步登录')
  await page.getByRole('link', { name: '已保存，继续' }).click()
  await go(page, '/organization/bank-accounts')
  t.match(await said(page), '登记账户', 'and now it works')
})

journey('a session that ends in the middle of a form loses nothing that was typed', async t => {
  const { page, context } = await open(t)
  await enter(context, x, vendor.administrator, origin)
  await go(page, '/organization/members')
  await page.getByLabel(w('对方的邮箱')).fill(buyer.maker.email)
  await page.getByRole('checkbox', { name: w('财务') }).check()
  await x.sql`update identity.session set ended_at = now() where person_id = ${vendor.administrator.personId} and cookie_hash is not null`
  await submit(page, '添加')
  t.match(await said(page), passage('登录已到期', '都已保留'))
  await signIn(page, vendor.administrator.email, 'not the password')
  t.match(await said(page), passage('登录已到期'), 'a wrong password does not lose it either')
  await signIn(page, vendor.administrator.email)
  t.match(await said(page), passage('您已重新登录'))
  t.equal(await page.getByLabel(w('对方的邮箱')).inputValue(), buyer.maker.email)
  t.ok(await page.getByRole('checkbox', { name: w('财务') }).isChecked())
  await submit(page, '添加')
  t.equal(path(page), '/organization/members')
  const members = await x.ok('GET /members', { as: vendor.administrator })
  t.same(members.find((each: Role) => each.email === buyer.maker.email)?.duties, ['finance'])
})

t.test('two tabs, two organisations: each form acts for the one its page was made for', async t => {
  const both = await x.person('both')
  for (const cast of [vendor, buyer])
    await x.ok('PUT /members', { as: cast.administrator, body: { email: both.email, duties: ['administrator'] } })
  const guest = await x.person('guest')
  const { page, context } = await open(t)
  await enter(context, x, { ...both, organizationId: vendor.id }, origin)
  await go(page, '/organization/members')
  const second = await context.newPage()
  await go(second, '/account')
  await submit(second, '代表该机构')
  await go(second, '/organization')
  t.match(await said(second), '汾河农业公司', 'the second tab acts for the buyer now')
  await page.getByLabel('对方的邮箱').fill(guest.email)
  await page.locator('input[value="maker"]').check()
  await submit(page, '添加')
  const of = async (cast: typeof vendor) =>
    (await x.ok('GET /members', { as: cast.administrator })).some((each: Role) => each.email === guest.email)
  t.same([await of(vendor), await of(buyer)], [true, false], 'the form of the first tab acted for the vendor')
})

journey('an administrator changes duties, lets a member go, makes a token and revokes it', async t => {
  const shop = await x.organization(['buyer'])
  const { page, context } = await open(t)
  await enter(context, x, shop.administrator, origin)
  await go(page, '/organization/members')
  await page.getByRole('link', { name: say(/^修改 checker/, /^Change checker/) }).click()
  await page.getByRole('checkbox', { name: w('财务') }).check()
  await submit(page, '保存职责')
  await page.getByRole('link', { name: say(/^修改 finance/, /^Change finance/) }).click()
  await page.getByText(w('移出本机构')).click()
  await submit(page, '移出')
  const members = await x.ok('GET /members', { as: shop.administrator })
  t.same(members.find((each: Role) => each.email === shop.checker.email)?.duties.sort(), ['checker', 'finance'])
  t.notOk(members.some((each: Role) => each.email === shop.finance.email))
  await page.getByRole('link', { name: say(/^修改 founder/, /^Change founder/) }).click()
  await page.getByRole('checkbox', { name: w('管理') }).uncheck()
  await submit(page, '保存职责')
  t.match(await said(page), passage('机构至少要有一名管理员'))

  await go(page, '/organization/api-tokens')
  await page.getByLabel(w('名称')).fill('ERP 订单同步')
  await submit(page, '新建令牌')
  t.match(await said(page), 'scopes', 'a token without permissions is refused')
  t.equal(await page.getByLabel(w('名称')).inputValue(), 'ERP 订单同步')
  const offered = await page.locator('details.scopes input').evaluateAll(all => all.map(each => (each as any).value))
  t.same(
    ['contract.create', 'order.accept', 'trade.read'].filter(each => !offered.includes(each)),
    [],
    'what the organisation does can be given to a token',
  )
  t.notOk(
    offered.some(each => /^(api-token|two-step|session)\./.test(each)),
    'what is a person’s own cannot',
  )
  await page
    .locator('details.scopes', { hasText: w('成员') })
    .locator('summary')
    .click()
  await page.locator('input[value="member.list"]').check()
  await submit(page, '新建令牌')
  const token = (await page.locator('.made code').innerText()).trim()
  const reply = await x.call('GET /members', { headers: { authorization: `Bearer ${token}` } })
  t.equal(reply.status, 200, 'the token that was shown works')
  await go(page, '/organization/api-tokens')
  t.notMatch(await said(page), token, 'and is not shown again')
  await page.locator('summary', { hasText: w('吊销') }).click()
  await page
    .locator('.confirm-body')
    .getByRole('button', { name: w('吊销') })
    .click()
  t.match(await said(page), passage('已吊销'))
  t.equal((await x.call('GET /members', { headers: { authorization: `Bearer ${token}` } })).status, 401)
})

t.test('the pages hold at 390 and 1440 pixels, in both languages and lights, for everybody', async t => {
  const pages = [
    '/sign-in/code',
    '/account/two-step',
    '/organization',
    '/organization/members',
    '/organization/api-tokens',
  ]
  const { founder, id } = await (async () => {
    const founder = await x.person('founder')
    const body = {
      uscc: newUscc(),
      nameZh: '退回的机构',
      address: '太原市某街',
      contactName: '某',
      contactPhone: '0351-1111111',
      roles: ['vendor'],
    }
    const { id } = await x.ok('POST /organizations', { as: founder, body })
    await x.ok(`POST /organizations/${id}/return`, { as: x.operator.maker, body: { reason: '请补充英文名称' } })
    return { founder, id }
  })()
  await x.ok('POST /me/two-step', { as: founder, body: { password } })
  for (const [locale, width, colorScheme] of [
    ['zh-CN', 390, 'light'],
    ['en', 1440, 'dark'],
  ] as const) {
    const { page, context, seen } = await open(t, { locale, viewport: { width, height: 900 }, colorScheme })
    await enter(context, x, { ...founder, organizationId: id }, origin)
    for (const each of pages) {
      await go(page, each)
      await page.evaluate('document.querySelectorAll("main details").forEach(each => { each.open = true })')
      t.same(await accessibility(page), [], `${each} ${locale}`)
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      t.equal(wide, 0, `${each} at ${width} is not wider than the screen`)
    }
    t.same(seen, [])
  }
})
