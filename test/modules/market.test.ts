import t from 'tap'
import { openExchange } from '../support/exchange.ts'
import { openMarket } from '../support/market.ts'
import { confirmedData, listedProduct, publishDraft, sampleCsv } from '../support/offering.ts'

const question = '缺测日期是否补值？'
const hidden = { reason: '含有与产品无关的广告' }

t.test('what buyers ask, watch, keep and say of a product', async t => {
  const x = await openExchange(t)
  const vendor = await x.organization(['vendor'], { name: '太原空气科技有限公司' })
  const buyer = await x.organization(['buyer'], { name: '晋中农业服务有限公司' })
  const rival = await x.organization(['vendor', 'buyer'])
  const product = await listedProduct(x, vendor)
  const list = async (options = {}, query = '') =>
    (await x.ok(`GET /products/${product.id}/questions${query}`, options)).items as any[]

  await t.test('a buyer asks, the vendor answers and corrects, everyone reads, nobody learns who asked', async t => {
    const { id } = await x.ok(`POST /products/${product.id}/questions`, { as: buyer.maker, body: { question } })
    t.match(await list(), [{ question, state: 'open', answer: null, asker: null, product: { id: product.id } }])
    t.match(await list({ as: vendor.maker }), [{ asker: { nameZh: '晋中农业服务有限公司' } }])
    t.match(await list({ as: rival.maker }), [{ asker: null }], 'a rival of the asker does not learn of it')
    t.match(await x.ok('GET /questions?state=open', { as: vendor.maker }), { items: [{ id }] })
    t.match(await x.ok('GET /questions', { as: buyer.checker }), { items: [{ id }] })
    t.same((await x.ok('GET /questions', { as: rival.maker })).items, [])

    const answer = (words: string, as = vendor.maker) =>
      x.call(`POST /questions/${id}/answer`, { as, body: { answer: words } })
    t.equal((await answer('不补值。', rival.maker)).status, 404, 'another vendor cannot answer')
    t.equal((await answer('不补值。', vendor.finance)).status, 403)
    t.match(await answer('不补值。'), { status: 200, body: { state: 'answered' } })
    t.equal((await answer('不补值，留空。', vendor.checker)).status, 200)
    t.match(await list(), [{ state: 'answered', answer: '不补值，留空。' }])

    t.equal((await x.call(`POST /questions/${id}/hide`, { as: vendor.checker, body: hidden })).status, 403)
    t.match(await x.call(`POST /questions/${id}/hide`, { as: x.operator.checker, body: hidden }), { status: 200 })
    t.same(await list(), [], 'the public no longer sees it')
    t.match(await list({ as: buyer.maker }), [{ state: 'hidden', hiddenReason: hidden.reason }])
    t.equal((await answer('再答')).status, 409)
    const entries = await x.sql`
      select action from kernel.audit_entry where subject_kind = 'question' and subject_id = ${id} order by seq`
    t.same(
      entries.map(entry => entry.action),
      ['question.ask', 'question.answer', 'question.answer', 'question.hide'],
    )
  })

  await t.test('questions have limits, and pages', async t => {
    const ask = (words: string, as = buyer.maker) =>
      x.call(`POST /products/${product.id}/questions`, { as, body: { question: words } })
    t.match(await ask('?'), { status: 400, body: { errors: [{ pointer: '/question' }] } })
    t.match(await ask('        '), { status: 400, body: { errors: [{ pointer: '/question' }] } })
    t.equal((await ask(question, vendor.maker)).status, 403, 'a vendor is no buyer')
    const own = await listedProduct(x, rival)
    t.match(
      await x.call(`POST /products/${own.id}/questions`, { as: rival.maker, body: { question } }),
      { status: 422, body: { type: '/problems/rule-violated' } },
      'nobody asks themselves',
    )
    const asked = await Promise.all(Array.from({ length: 7 }, (_, i) => ask(`第${i}个问题是什么？`)))
    t.same(asked.map(({ status }) => status).sort(), [201, 201, 201, 201, 201, 422, 422])
    const first = await x.ok(`GET /products/${product.id}/questions?limit=3`)
    const rest = await x.ok(`GET /products/${product.id}/questions?limit=3&after=${first.next}`)
    t.equal(new Set([...first.items, ...rest.items].map((one: any) => one.id)).size, 5)
    t.equal(rest.next, null)
    const missing = product.id.replace(/.{4}$/, '0000')
    t.equal((await x.call(`POST /products/${missing}/questions`, { as: buyer.maker, body: { question } })).status, 404)
  })

  await t.test('a watched product tells of a new price, a new version, and its end', async t => {
    const as = await x.person('reader')
    const own = await listedProduct(x, vendor, { content: { nameZh: '大同市能耗数据' } })
    const watched = async () => (await x.ok('GET /watched-products', { as })).items as any[]
    t.match(await x.call(`POST /products/${own.id}/watch`, { as }), { status: 200, body: { versionNo: 1 } })
    await x.ok(`POST /products/${own.id}/watch`, { as })
    t.match(await watched(), [{ product: { id: own.id, nameZh: '大同市能耗数据' }, changes: [], changedAt: null }])
    t.equal((await watched()).length, 1, 'watching twice is the same')

    await x.ok(`POST /products/${own.id}/price`, { as: vendor.maker, body: { kind: 'one-off', amountFen: 880_000 } })
    t.match(await watched(), [{ changes: ['price'], seen: { amountFen: 990_000 }, present: { amountFen: 880_000 } }])
    await x.ok(`POST /products/${own.id}/watch`, { as })
    t.match(await watched(), [{ changes: [] }], 'who has looked is told nothing twice')

    await x.ok(`POST /products/${own.id}/revise`, { as: vendor.maker })
    const data = await confirmedData(x, vendor.maker, 'air2.csv', `${sampleCsv}2026-01-04,大同云冈,20.1,优\n`)
    const draft = await x.ok(`PATCH /products/${own.id}`, { as: vendor.maker, body: { dataVersionId: data.id } })
    await publishDraft(x, vendor, draft.listing.id)
    t.match(await watched(), [{ changes: ['new-version'], seen: { versionNo: 1 }, present: { versionNo: 2 } }])
    t.ok((await watched())[0].changedAt)

    await x.ok(`POST /listings/${draft.listing.id}/delist`, { as: vendor.checker, body: { reason: '数据不再更新' } })
    t.match(await watched(), [{ changes: ['ended'], present: null }])
    await x.ok(`POST /products/${own.id}/unwatch`, { as })
    t.same(await watched(), [])
    t.equal((await x.call(`POST /products/${own.id}/unwatch`, { as })).status, 404)
    const leaves = await x.sql<{ leaf: string }[]>`
      select leaf from kernel.audit_entry where subject_kind = 'watched-product'`
    t.notOk(
      leaves.some(({ leaf }) => leaf.includes(own.id)),
      'the public log does not say what a person watches',
    )
  })

  await t.test(
    'who watches a product is told once of each change, for themselves, with the way to stop it',
    async t => {
      const as = await x.person('watcher')
      const product = await listedProduct(x, vendor, { content: { nameZh: '朔州市风速数据' } })
      const later = await x.person('later')
      await x.ok(`POST /products/${product.id}/watch`, { as })
      await x.ok(`POST /products/${product.id}/watch`, { as: vendor.maker })
      await x.ok('PATCH /me/notice-preferences', { as, body: { isNewsMailed: true } })
      const notices = async (of = as) =>
        (await x.ok('GET /notices?limit=100', { as: of })).items.filter((one: any) => one.subject.id === product.id)
      const told = async (kind: string, count: number) =>
        x.until(async () => {
          const found = (await notices()).filter((one: any) => one.kind === kind)
          return found.length === count && found[0]
        }, `${count} of ${kind}`)
      await x.ok(`POST /products/${product.id}/price`, {
        as: vendor.maker,
        body: { kind: 'one-off', amountFen: 770_000 },
      })
      const priced = await told('product.price-changed', 1)
      t.match(priced, { organizationId: null, href: `/products/${product.id}`, urgency: 'news' })
      t.same(priced.details, [{ zh: '现价：¥7,700.00（原价：¥9,900.00）', en: 'Price: ¥7,700.00 (was: ¥9,900.00)' }])
      const [letter] = await x.sql`select body from notices.mail where recipient = ${as.email}`
      t.match(letter?.body, `/buyer/saved#product-${product.id}`, 'the letter says where it is stopped')
      await x.ok(`POST /products/${product.id}/price`, {
        as: vendor.maker,
        body: { kind: 'one-off', amountFen: 770_000 },
      })

      const { id: first } = (await x.sql`select id from catalog.listing where product_id = ${product.id}`)[0]!
      await x.ok(`POST /listings/${first}/suspend`, { as: vendor.checker, body: { reason: '核对数据' } })
      await told('product.suspended', 1)
      await x.ok(`POST /listings/${first}/resume`, { as: vendor.checker })
      await told('product.resumed', 1)
      await x.ok(`POST /products/${product.id}/revise`, { as: vendor.maker })
      const data = await confirmedData(x, vendor.maker, 'wind2.csv', `${sampleCsv}2026-01-05,朔州,11.1,优\n`)
      const draft = await x.ok(`PATCH /products/${product.id}`, { as: vendor.maker, body: { dataVersionId: data.id } })
      await publishDraft(x, vendor, draft.listing.id)
      await told('product.new-version', 1)
      await x.ok(`POST /products/${product.id}/watch`, { as: later })
      await x.ok(`POST /products/${product.id}/unwatch`, { as })
      await x.ok(`POST /listings/${draft.listing.id}/delist`, { as: vendor.checker, body: { reason: '数据不再更新' } })
      await x.until(async () => (await notices(later)).length === 1, 'the one who came later')
      t.match(await notices(later), [{ kind: 'product.ended' }], 'what was before they watched is not told')
      t.same(
        (await notices()).map((one: any) => one.kind),
        ['product.new-version', 'product.resumed', 'product.suspended', 'product.price-changed'],
        'a version that gave way is no end, the same price is no change, and who stopped watching is told no more',
      )
      t.notOk(
        (await notices(vendor.maker)).some((one: any) => one.kind === 'product.price-changed'),
        'not who changed it',
      )
    },
  )

  await t.test('a kept search tells its owner of what is new once a day, and not again what was told', async t => {
    const as = await x.person('collector')
    const { id } = await x.ok('POST /saved-searches', { as, body: { name: '吕梁', q: '吕梁' } })
    const matches = async () =>
      (await x.ok('GET /notices', { as })).items.filter((one: any) => one.subject.id === id) as any[]
    const hour = 3_600_000
    /** One minute past nine of the next day in China. */
    const morning = async () => {
      const { now } = await x.ok('GET /clock')
      const today = Math.floor((Date.parse(now) + 8 * hour) / (24 * hour))
      await x.advanceTo(new Date((today + 1) * 24 * hour + hour + 60_000))
    }
    await listedProduct(x, vendor, { content: { nameZh: '吕梁红枣产量数据' } })
    await listedProduct(x, vendor, { content: { nameZh: '吕梁核桃产量数据' } })
    await morning()
    await x.until(async () => (await matches()).length === 1, 'the news of the day')
    t.match(await matches(), [
      {
        organizationId: null,
        title: { zh: '您保存的检索“吕梁”有 2 个新挂牌的产品' },
        href: `/buyer/saved#search-${id}`,
      },
    ])
    await x.ok('POST /notices/read-all', { as })
    await morning()
    await listedProduct(x, vendor, { content: { nameZh: '吕梁煤炭产量数据' } })
    await morning()
    await x.until(async () => (await matches()).length === 2, 'what came since')
    t.match((await matches())[0].title.en, 'Your saved search “吕梁” finds 1 newly listed product')
  })

  await t.test('a kept search counts what was listed since, and is its owner’s alone', async t => {
    const as = await x.person('reader')
    const body = { name: '运城 苹果', q: '苹果', sort: 'newest', theme: ['living-environment', 'agriculture'] }
    const { id } = await x.ok('POST /saved-searches', { as, body })
    t.match(await x.call('POST /saved-searches', { as, body }), {
      status: 409,
      body: { errors: [{ pointer: '/name' }] },
    })
    const kept = async () => (await x.ok('GET /saved-searches', { as })).items as any[]
    t.match(await kept(), [{ id, newProducts: 0, query: { q: '苹果', theme: ['living-environment', 'agriculture'] } }])
    await listedProduct(x, vendor, { content: { nameZh: '运城苹果产量数据' } })
    await listedProduct(x, vendor, { content: { nameZh: '运城梨产量数据' } })
    t.match(await kept(), [{ newProducts: 1 }])
    await x.ok(`POST /saved-searches/${id}/see`, { as })
    t.match(await kept(), [{ newProducts: 0 }])
    t.equal((await x.call(`POST /saved-searches/${id}/remove`, { as: buyer.maker })).status, 404)
    await x.ok(`POST /saved-searches/${id}/remove`, { as })
    t.same(await kept(), [])
  })

  await t.test('only an accepted purchase is rated; the record of the vendor is counted from rows', async t => {
    const market = openMarket(x)
    const before = await x.ok(`GET /vendors/${vendor.id}`)
    t.match(before, { completedTrades: 0, medianDeliveryHours: null, ratings: { count: 0, average: null } })
    t.ok(before.verifiedSince)
    const trade = await market.open({ vendor, buyer }, { productId: product.id })
    const rate = (body: object, as = buyer.maker) => x.call(`POST /orders/${trade.orderId}/rate`, { as, body })
    t.equal((await rate({ score: 5 })).status, 409, 'not before it was accepted')
    await market.pay(trade)
    await market.fetchData(trade)
    await market.done(trade, buyer, 'reject', { reason: '缺少一月三日的数据' })
    await market.done(trade, vendor, 'redeliver', {})
    await market.wait('the second round', async () => (await market.delivery(trade)).entitlement.round === 2)
    await market.fetchData(trade)
    await market.done(trade, buyer, 'accept')
    t.match(await rate({ score: 6 }), { status: 400, body: { errors: [{ pointer: '/score' }] } })
    t.equal((await rate({ score: 5 }, rival.maker)).status, 404, 'a stranger does not see the order')
    t.equal((await rate({ score: 5 }, vendor.maker)).status, 403)
    const { body: rated } = await rate({ score: 3, comment: ' 第二次才齐全 ' })
    t.match(rated, { score: 3, comment: '第二次才齐全', reply: null })
    t.match(await rate({ score: 4, comment: '补齐后可用' }), { status: 200, body: { id: rated.id, score: 4 } })
    const reply = (as = vendor.maker) => x.call(`POST /ratings/${rated.id}/reply`, { as, body: { reply: '感谢反馈' } })
    t.equal((await reply(rival.maker)).status, 404)
    t.equal((await reply()).status, 200)
    t.equal((await reply()).status, 409, 'once')
    const seen = await x.ok(`GET /products/${product.id}/ratings`)
    t.match(seen, { scores: { count: 1, average: 4, byScore: [0, 0, 0, 1, 0] }, items: [{ reply: '感谢反馈' }] })
    t.notMatch(JSON.stringify(seen), buyer.id, 'who bought is not told')
    const record = await x.ok(`GET /vendors/${vendor.id}`)
    t.match(record, { rejectedDeliveries: 1, disputedTrades: 0, ratings: { count: 1, average: 4 } })
    t.type(record.medianDeliveryHours, 'number')
    t.equal((await x.call(`GET /vendors/${buyer.id}`)).status, 404, 'a buyer has no public record')
    t.equal(record.completedTrades, 0, 'not before everything is paid out')
    const gift = await market.open({ vendor, buyer }, { amountFen: 0 })
    await market.fetchData(gift)
    await market.done(gift, buyer, 'accept')
    await market.reach(gift, 'closed')
    t.match(await x.ok(`GET /vendors/${vendor.id}`), { completedTrades: 1, rejectedDeliveries: 1 })
  })
})
