import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { allRoutes } from '../../src/app.ts'
import { system } from '../../src/kernel/actor.ts'
import type { Payload } from '../../src/kernel/events.ts'
import { addressOf } from '../../src/kernel/http/route.ts'
import {
  detailsOf,
  handlers,
  heard,
  type Kind,
  kinds,
  mailMachine,
  titleOf,
  unreadCount,
} from '../../src/modules/notices/index.ts'
import { pauseAfter, pauses } from '../../src/modules/notices/model.ts'
import { letterOf } from '../../src/modules/notices/words.ts'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, password, type Role, type TestExchange } from '../support/exchange.ts'
import { openMarket } from '../support/market.ts'
import { listedProduct } from '../support/offering.ts'
import { openSmtp } from '../support/smtp.ts'
import { scenario } from '../support/trade.ts'
import { enter, listen } from '../support/web.ts'

const smtp = await openSmtp(t)
const x = await openExchange(t, {
  env: { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: '晋数 <no-reply@jinshu.example>' },
})
const market = openMarket(x)
const vendor = await x.organization(['vendor'], { name: '山西气象数据有限公司' })
const buyer = await x.organization(['buyer'], { name: '山西农业保险股份有限公司' })

const noticesOf = async (as: Role, query = ''): Promise<any[]> =>
  (await x.ok(`GET /notices?limit=100${query}`, { as })).items
const kindsOf = async (as: Role): Promise<string[]> => (await noticesOf(as)).map(each => each.kind)
const told = (as: Role, kind: Kind, subject?: string) =>
  x.until(
    async () => (await noticesOf(as)).find(each => each.kind === kind && (!subject || each.subject.id === subject)),
    `the notice ${kind}`,
  )
/** Every job of notices that was sent is done: who was not told by now will not be. */
const quiet = (of: TestExchange = x) =>
  of.until(async () => {
    const [row] = await of.sql`
      select count(*)::int as n from pgboss.job where name = 'notices.tell' and state in ('created', 'retry', 'active')`
    return row!.n === 0
  }, 'all events to be heard')
const letterTo = (role: Role, words: RegExp) =>
  x.until(
    async () => smtp.received.find(each => each.to === role.email && words.test(each.text)),
    `a letter to ${role.email}`,
  )

t.test('every kind of notice has a whole sentence in both languages', async t => {
  const params = {
    number: 'HT-1',
    product: '山西逐日气象',
    productEn: 'Daily weather of Shanxi',
    other: '甲公司',
    otherEn: 'Company A',
    amountFen: 123_456_789,
    dueAt: '2026-11-30T15:59:59.999Z',
  }
  for (const kind of Object.keys(kinds) as Kind[]) {
    const { zh, en } = titleOf(kind, params)
    t.match(zh, /^[^a-z]*[\u4e00-\u9fff]/, `${kind} in Chinese`)
    t.notMatch(en, /[\u4e00-\u9fff]|undefined/, `${kind} in English`)
    t.match(en, /^[A-Z“]/, `${kind} begins like a sentence`)
  }
  t.same(detailsOf(params), [
    { zh: '金额：¥1,234,567.89', en: 'Amount: ¥1,234,567.89' },
    { zh: '截止：2026年11月30日 23:59', en: 'Until: 30 Nov 2026, 23:59 (China time)' },
  ])
  const letter = letterOf(
    { kind: 'order.to-pay', params, href: '/orders/1', subjectId: '1' },
    { publicUrl: 'https://jinshu.example', language: 'en' },
  )
  t.equal(letter.subject, '[Jinshu] Pay order HT-1 (“Daily weather of Shanxi”)')
  t.match(letter.body, 'Open: https://jinshu.example/orders/1\n')
})

t.test('every event that a module emits is told to somebody, or known to concern nobody', async t => {
  const nobody = [
    'collection.form-registered', // said by the move of the form
    'contracts.contract-completed', // said by the order that closes it
    'contracts.contract-sealed',
    'delivery.delivery-completed', // said by the order that is delivered
    'settlement.movements-fetched', // booked by itself
    'settlement.statement-imported', // compared by itself
    'settlement.differences-found', // on the work list of the operator
    'orders.order-ready', // said by the entitlement that opens
    'orders.order-resumed', // said by what the mediation decided
    'orders.order-settling',
    'orders.subscription-began', // said by the order that was paid, as is the next one
    'orders.subscription-renewed',
    'orders.subscription-due', // said by the order that is to be paid
    'resources.data-attached', // seen on the page of the entry, for everyone
    'risk.version-released', // said by the assessment that passed
  ]
  const written = new Set(handlers.flatMap(handler => handler.event))
  const root = new URL('../../src', import.meta.url).pathname
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => readFileSync(join(root, path), 'utf8'))
  const emitted = [...new Set(sources.flatMap(s => [...s.matchAll(/cx\.emit\(\s*'([a-z.-]+)'/g)].map(m => m[1]!)))]
  t.ok(emitted.length > 30, 'the events are found in the source')
  t.same(
    emitted.filter(event => !heard[event] && !written.has(event) && !nobody.includes(event)),
    [],
  )
})

t.test('a letter is tried again after pauses that grow, and not at all once it was refused for good', async t => {
  t.same(
    [1, 2, 3, 4, 5, 6].map(attempts => pauseAfter(attempts, false)),
    [...pauses, undefined],
  )
  t.equal(pauseAfter(1, true), undefined)
  t.same(Object.keys(mailMachine.moves), ['send', 'fail', 'keep', 'retry'])
})

let contractId = ''
t.test('those whose duty lets them act are told, in their language, and never the one who acted', async t => {
  await x.ok('PATCH /me/notice-preferences', { as: vendor.administrator, body: { isNewsMailed: true, language: 'en' } })
  t.match(await x.ok('GET /me/notice-preferences', { as: vendor.administrator }), {
    language: 'en',
    isActionMailed: true,
    isDeadlineMailed: true,
    isNewsMailed: true,
  })
  const product = await listedProduct(x, vendor, { plan: { kind: 'one-off', amountFen: 1_250_000 } })
  const published = await told(vendor.administrator, 'listing.published')
  t.match(published, { urgency: 'news', href: `/vendor/products/${product.id}`, organizationId: vendor.id })
  t.match((await letterTo(vendor.administrator, /is listed/)).raw, /Auto-Submitted: auto-generated/i)

  const contract = await x.ok('POST /contracts', {
    as: buyer.maker,
    body: { productId: product.id, purpose: '内部分析', scenario },
  })
  contractId = contract.id
  const offered = await told(vendor.maker, 'contract.offered', contract.id)
  t.match(offered.title.zh, `“山西农业保险股份有限公司”希望购买`)
  t.match(offered.title.en, contract.number)
  t.match(offered.details[0].zh, /^截止：\d{4}年/)
  const letter = await letterTo(vendor.maker, /希望购买/)
  t.match(letter.raw, /^Subject: =\?UTF-8\?/m)
  t.match(letter.raw, /^From: =\?UTF-8\?.*<no-reply@jinshu\.example>/m)
  t.match(letter.text, `查看：http://localhost:3000/contracts/${contract.id}`)
  await quiet()
  t.notOk((await kindsOf(vendor.finance)).includes('contract.offered'), 'finance does not negotiate')
  t.notOk((await kindsOf(buyer.maker)).includes('contract.offered'), 'the buyer made the offer')

  await x.ok(`POST /contracts/${contract.id}/agree`, { as: vendor.maker })
  await told(vendor.checker, 'contract.to-sign', contract.id)
  await told(buyer.checker, 'contract.to-sign', contract.id)
  await x.ok(`POST /contracts/${contract.id}/sign`, { as: vendor.checker, body: { password } })
  await told(buyer.checker, 'contract.signed', contract.id)
  await x.ok(`POST /contracts/${contract.id}/sign`, { as: buyer.checker, body: { password } })
  await told(vendor.maker, 'contract.effective', contract.id)
  const toPay = await told(buyer.finance, 'order.to-pay')
  t.equal(toPay.details[0].en, 'Amount: ¥12,500.00')
  await told(x.operator.maker, 'registration.submitted')
  await quiet()
  t.notOk((await kindsOf(buyer.checker)).includes('contract.effective'), 'who signed last knows')
  t.notOk((await kindsOf(vendor.checker)).includes('contract.signed'), 'who signed first knows')
})

t.test('a deadline that comes near is reminded of once', async t => {
  const { items } = await x.ok('GET /orders', { as: buyer.maker })
  const order = items.find((each: any) => each.contractId === contractId)
  await x.advanceTo(new Date(Date.parse(order.paymentDueAt) - 6 * 3_600_000))
  await told(buyer.finance, 'order.payment-due', order.id)
  await x.advanceTo(new Date(Date.parse(order.paymentDueAt) - 5 * 3_600_000))
  await x.advanceTo(new Date(Date.parse(order.paymentDueAt) - 4 * 3_600_000))
  await quiet()
  const again = (await noticesOf(buyer.finance)).filter(each => each.kind === 'order.payment-due')
  t.equal(again.length, 1)
  t.equal(again[0].urgency, 'deadline')
  const [row] = await x.sql`select count(*)::int as n from notices.reminder where subject_id = ${order.id}`
  t.equal(row!.n, 1)
})

t.test('a trade tells each side what has come and what to do, down to the money', async t => {
  const account = { bankName: '中国建设银行太原分行', accountNumber: '6217000012345678901', password }
  const registered = await x.ok('POST /bank-accounts', { as: vendor.finance, body: account })
  t.match(await told(x.operator.checker, 'bank-account.submitted'), {
    title: { zh: '“山西气象数据有限公司”登记了尾号 8901 的收款账户，待确认' },
  })
  await x.ok(`POST /bank-accounts/${registered.id}/confirm`, { as: x.operator.checker })
  await told(vendor.finance, 'bank-account.confirmed')
  const { items } = await x.ok('GET /orders', { as: buyer.maker })
  const order = items.find((each: any) => each.contractId === contractId)
  const trade = { vendor, buyer, contractId, orderId: order.id, reference: order.referenceCode, amountFen: 1_250_000 }
  await market.receive({ fen: 100, remark: '没有订单号' }, { fen: 200, remark: '也没有' })
  await told(x.operator.finance, 'statement.unmatched')
  await market.pay(trade)
  await told(vendor.finance, 'order.paid', order.id)
  await told(buyer.maker, 'order.ready', order.id)
  await market.fetchData(trade)
  t.match((await told(buyer.checker, 'order.to-accept', order.id)).details[0].zh, /^截止/)
  await market.act(trade, buyer, 'reject', { reason: '缺少三天的数据' })
  t.match(await told(vendor.maker, 'order.rejected', order.id), {
    details: [{ zh: '原因：缺少三天的数据', en: 'Reason: 缺少三天的数据' }],
  })
  await market.done(trade, vendor, 'redeliver', {})
  await told(buyer.maker, 'order.redelivering', order.id)
  await quiet()
  const unmatched = (await noticesOf(x.operator.finance)).filter(each => each.kind === 'statement.unmatched')
  t.equal(unmatched.length, 1, 'two lines of one statement are one notice')
})

t.test('a job that runs twice tells people once', async t => {
  const [handler] = handlers
  const payload: Payload = { event: 'contracts.contract-suspended', contractId, actorId: vendor.maker.personId }
  const run = (key: string) =>
    x.exchange.engine.write(system, { operation: 'test', idempotency: { key, input: payload } }, cx =>
      handler!.run(cx, payload),
    )
  const job = crypto.randomUUID()
  t.equal((await run(job)).isReplay, false)
  t.equal((await run(job)).isReplay, true)
  const rows = await x.sql`
    select person_id as id from notices.notice where kind = 'contract.suspended' and subject_id = ${contractId}`
  const ids = rows.map(row => row.id)
  t.same(
    ids.sort(),
    [vendor.checker, vendor.administrator, buyer.maker, buyer.checker, buyer.administrator]
      .map(role => role.personId)
      .sort(),
    'each once, and not the one who acted',
  )
  const entries = await x.sql`
    select record from kernel.audit_entry where action = 'notice.send' and record like '%contract-suspended%'`
  t.same(
    entries.map(row => JSON.parse(row.record)),
    [{ cause: 'contracts.contract-suspended', notices: ids.length, mails: 1 }],
  )
})

t.test('an inbox is its person’s alone: unread first asked for, read one by one or all at once', async t => {
  const unread = await noticesOf(vendor.maker, '&state=unread')
  t.ok(unread.length > 3)
  const { id } = unread[0]
  t.equal((await x.call(`POST /notices/${id}/read`, { as: buyer.maker })).status, 404)
  t.equal((await x.call(`POST /notices/${id}/read`)).status, 401)
  const read = await x.ok(`POST /notices/${id}/read`, { as: vendor.maker })
  t.ok(read.readAt)
  t.equal(
    (await x.ok(`POST /notices/${id}/read`, { as: vendor.maker })).readAt,
    read.readAt,
    'reading twice is reading once',
  )
  t.same(
    (await noticesOf(vendor.maker, '&state=read')).map(each => each.id),
    [id],
  )
  const first = await x.ok('GET /notices?limit=2', { as: vendor.maker })
  const second = await x.ok(`GET /notices?limit=2&after=${first.next}`, { as: vendor.maker })
  const all = await noticesOf(vendor.maker)
  t.same(
    [...first.items, ...second.items].map((each: any) => each.id),
    all.slice(0, 4).map(each => each.id),
  )
  const { read: count } = await x.ok('POST /notices/read-all', { as: vendor.maker })
  t.equal(count, unread.length - 1)
  t.same(await noticesOf(vendor.maker, '&state=unread'), [])
  const actor = { ...system, kind: 'person' as const, personId: vendor.maker.personId }
  t.equal(await x.exchange.engine.read(actor, rx => unreadCount(rx)), 0)
})

t.test(
  'a busy server is asked again, a refusal for good ends a letter, and the operator sends it once more',
  async t => {
    const mailOf = async (role: Role) =>
      (await x.sql`select * from notices.mail where recipient = ${role.email} order by id desc limit 1`)[0]!
    await quiet()
    await x.until(async () => {
      const [row] = await x.sql`select count(*)::int as n from notices.mail where state = 'queued'`
      return row!.n === 0
    }, 'earlier letters to be sent')
    smtp.refuse(buyer.administrator.email, '451 4.3.0 try again later')
    smtp.refuse(buyer.maker.email, '550 5.1.1 no such mailbox')
    for (const as of [buyer.administrator, buyer.maker])
      await x.ok('PATCH /me/notice-preferences', { as, body: { isNewsMailed: true } })
    const payload: Payload = { event: 'contracts.contract-resumed', contractId, actorId: null }
    await x.exchange.engine.write(system, { operation: 'test' }, cx => handlers[0]!.run(cx, payload))
    const waiting = await x.until(async () => {
      const row = await mailOf(buyer.administrator)
      return row.attempts === 1 && row.last_error && row
    }, 'the first attempt')
    t.match(waiting, { state: 'queued', last_error: /try again later/ })
    const failed = await x.until(async () => {
      const row = await mailOf(buyer.maker)
      return row.state === 'failed' && row
    }, 'the refusal')
    t.match(failed.last_error, /no such mailbox/)
    await x.sql`update notices.mail set next_attempt_at = now() where id = ${waiting.id}`
    const sent = await x.until(async () => {
      const row = await mailOf(buyer.administrator)
      return row.state === 'sent' && row
    }, 'the second attempt')
    t.match(sent, { attempts: 2, last_error: null })

    t.equal((await x.call('GET /mails', { as: x.operator.finance })).status, 403)
    t.equal((await x.call('GET /mails', { as: vendor.administrator })).status, 403)
    const { items } = await x.ok('GET /mails?state=failed', { as: x.operator.administrator })
    t.match(items, [{ id: failed.id, to: buyer.maker.email, state: 'failed', text: /已恢复履行/ }])
    await x.ok(`POST /mails/${failed.id}/retry`, { as: x.operator.checker })
    await x.until(async () => (await mailOf(buyer.maker)).state === 'sent', 'the letter of the operator')
    const again = await x.call(`POST /mails/${failed.id}/retry`, { as: x.operator.checker })
    t.equal(again.status, 409, 'what was sent is not sent again')
  },
)

t.test('every notice leads to a page that there is', async t => {
  const pages = allRoutes()
    .map(route => addressOf(route))
    .filter(({ method, url }) => method === 'GET' && !url.startsWith('/api/'))
    .map(({ url }) => new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+')}$`))
  const rows = await x.sql`select distinct on (kind) kind, href from notices.notice order by kind`
  t.ok(rows.length > 15, `${rows.length} kinds were told`)
  for (const { kind, href } of rows)
    t.ok(
      pages.some(page => page.test(href.split('?')[0])),
      `${kind} leads to ${href}`,
    )
})

t.test('in a browser the bell counts, a notice leads to its thing and is read on the way', async t => {
  const origin = await listen(x)
  const browser = await openBrowser(t)
  const context = await browser.newContext({ viewport: { width: 390, height: 800 }, locale: 'zh-CN' })
  await enter(context, x, buyer.checker, origin)
  const page = await context.newPage()
  const complaints = watch(page, origin)
  await page.goto(`${origin}/inbox`)
  const before = Number(await page.locator('.inbox-link .unread').textContent())
  t.equal(before, (await noticesOf(buyer.checker, '&state=unread')).length)
  t.equal(await page.locator('.notice').count(), before)
  t.same(await accessibility(page), [])
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth))
  await page.locator('.notice', { hasText: '待签署' }).first().getByRole('button', { name: '标为已读' }).click()
  await page.waitForURL(`${origin}/inbox`)
  t.equal(Number(await page.locator('.inbox-link .unread').textContent()), before - 1)
  await page.locator('.unread-notice', { hasText: '请验收' }).getByRole('button', { name: '查看' }).click()
  await page.waitForURL(/\/orders\//)
  t.equal(Number(await page.locator('.inbox-link .unread').textContent()), before - 2)
  await page.goto(`${origin}/inbox?lang=en`)
  t.equal((await x.ok('GET /me/notice-preferences', { as: buyer.checker })).language, 'en', 'a language chosen is kept')
  await page.getByLabel('What else has happened').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(`${origin}/inbox`)
  t.equal((await x.ok('GET /me/notice-preferences', { as: buyer.checker })).isNewsMailed, true)
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await page.waitForURL(`${origin}/inbox`)
  t.equal(await page.locator('.inbox-link .unread').count(), 0)
  t.same(complaints, [])

  const staff = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
  await enter(staff, x, x.operator.administrator, origin)
  const desk = await staff.newPage()
  await desk.goto(`${origin}/operator/mail?state=sent`)
  t.equal(await desk.getByText('A mail server is set').count(), 1)
  await desk.locator('.letter').first().locator('summary').click()
  t.match(await desk.locator('.letter-text').first().textContent(), /http:\/\/localhost:3000\//)
  t.same(await accessibility(desk), [])
})

t.test('an announcement is news to everyone who trades, but for the person who published it', async t => {
  const body = {
    kind: 'notice',
    titleZh: '关于维护的公告',
    titleEn: 'On maintenance',
    bodyZh: '本周日凌晨系统维护一小时。',
    bodyEn: 'An hour of work on Sunday.',
  }
  const { id } = await x.ok('POST /announcements', { as: x.operator.maker, body })
  await x.ok(`POST /announcements/${id}/publish`, { as: x.operator.checker })
  for (const who of [buyer.maker, vendor.finance, x.operator.maker])
    t.match(await told(who, 'announcement.published', id), {
      title: { zh: '新公告：关于维护的公告', en: 'New announcement: On maintenance' },
      href: `/announcements/${id}`,
    })
  const own = await x.ok('GET /notices?limit=100', { as: x.operator.checker })
  t.notOk(own.items.some((each: any) => each.kind === 'announcement.published'))
})

t.test('without a mail server letters are kept for the operator to see, and cannot be sent', async t => {
  const still = await openExchange(t, { workers: false })
  const seller = await still.organization(['vendor'])
  const payload: Payload = {
    event: 'settlement.bank-account-moved',
    accountId: crypto.randomUUID(),
    organizationId: seller.id,
    numberTail: '1234',
    move: 'refuse',
    reason: '户名不符',
    actorId: null,
  }
  await still.exchange.engine.write(system, { operation: 'test' }, cx => handlers[0]!.run(cx, payload))
  const { items } = await still.ok('GET /mails?state=kept', { as: still.operator.checker })
  const mine = items.find((each: any) => each.to === seller.finance.email)
  t.match(mine, { state: 'kept', attempts: 0, text: /原因：户名不符/ })
  const refused = await still.call(`POST /mails/${mine.id}/retry`, { as: still.operator.checker })
  t.match(refused, { status: 422, body: { errors: [{ message: /SMTP_URL/ }] } })
})
