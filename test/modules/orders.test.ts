import fc from 'fast-check'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { addWorkingDays } from '../../src/kernel/calendar.ts'
import { problemOf } from '../../src/kernel/http/failure.ts'
import { newId } from '../../src/kernel/ids.ts'
import { movesFrom } from '../../src/kernel/machine.ts'
import { parseNumber } from '../../src/kernel/numbers.ts'
import { rulesAt } from '../../src/kernel/rulepack.ts'
import { mod31Alphabet } from '../../src/kernel/uscc.ts'
import { handlers } from '../../src/modules/orders/handlers.ts'
import {
  beginSettlement,
  deliverOrder,
  finishRefund,
  finishSettlement,
  type Order,
  type OrderState,
  orderByReference,
  orderMachine,
  ordersToSettle,
  payOrder,
  possibleActions,
  startDelivery,
} from '../../src/modules/orders/index.ts'
import { findReferenceCodes, newReferenceCode, parseReferenceCode } from '../../src/modules/orders/reference.ts'
import { timers } from '../../src/modules/orders/timers.ts'
import { type Cast, openExchange } from '../support/exchange.ts'
import { type Deal, insertContract, newOrder, run } from '../support/orders.ts'

const states = Object.keys(orderMachine.states) as OrderState[]

t.test('a payment reference survives being typed, and one wrong character is found', async t => {
  const codes = fc.constant(null).map(() => newReferenceCode())
  fc.assert(
    fc.property(codes, fc.integer({ min: 2, max: 10 }), fc.integer({ min: 1, max: 30 }), (code, at, step) => {
      const spaced = `${code.slice(0, 2)} ${code.slice(2, 6)}-${code.slice(6)}`.toLowerCase()
      const wide = [...spaced]
        .map(c => (/[a-z0-9]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c))
        .join('')
      const looks = code.replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('2', 'Z')
      const other = mod31Alphabet[(mod31Alphabet.indexOf(code[at]!) + step) % 31]!
      const wrong = code.slice(0, at) + other + code.slice(at + 1)
      const isRight = [code, spaced, wide, looks].every(typed => parseReferenceCode(typed) === code)
      const found = findReferenceCodes(`货款 ${spaced} 订单${code}，谢谢`)
      return isRight && parseReferenceCode(wrong) === undefined && found.join() === code
    }),
    { numRuns: 100 },
  )
  t.same(findReferenceCodes('JS12345678X 没有参考号'), [])
})

t.test('what a reader can do next follows from the table', async t => {
  const now = new Date('2026-03-02T02:00:00Z')
  const late = new Date('2026-03-01T00:00:00Z')
  for (const state of states) {
    const open = movesFrom(orderMachine, state)
    const all = (side: 'buyer' | 'vendor' | 'operator' | 'authority', deliveryDueAt: Date | null) =>
      possibleActions({ state, deliveryDueAt }, side, now)
    t.equal(all('buyer', null).includes('accept'), open.includes('accept'), state)
    t.equal(all('buyer', late).includes('cancel'), open.includes('cancel') || open.includes('cancelPaid'), state)
    t.equal(all('buyer', now).includes('cancel'), open.includes('cancel'), state)
    t.equal(all('vendor', null).includes('redeliver'), open.includes('redeliver'), state)
    t.equal(all('vendor', null).includes('cancel'), open.includes('cancelPaid'), state)
    t.equal(all('operator', null).includes('mediate'), state === 'disputed', state)
    t.same(all('authority', late), [], 'an authority reads')
  }
})

t.test('orders in a database', async t => {
  const x = await openExchange(t, { workers: false })
  const [vendor, buyer, stranger] = [
    await x.organization(['vendor']),
    await x.organization(['buyer'], { division: '140200' }),
    await x.organization(['vendor', 'buyer'], { division: '140200' }),
  ]
  const deal: Deal = { vendor, buyer }
  const place = (id: string, state: string) =>
    x.sql`update orders."order" set state = ${state}, settle_after = null, delivery_due_at = null,
      delivered_at = now() where id = ${id}`
  const restore = (order: Order) =>
    x.sql`update contracts.contract set state = 'performing', is_disputed = false where id = ${order.contractId}`
  const view = (order: { id: string }, who: Cast) => x.ok(`GET /orders/${order.id}`, { as: who.maker })
  const audits = async (order: { id: string }, action: string) =>
    (await x.sql`select 1 from kernel.audit_entry where subject_id = ${order.id} and action = ${action}`).length
  const inState = async (state: string, more: Partial<Deal> = {}) => {
    const order = await newOrder(x, { ...deal, ...more })
    await place(order.id, state)
    return order
  }
  const refusal = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      error => problemOf(error).type.slug,
    )
  const sweep = async () => {
    let done = 0
    for (const timer of timers)
      for (const id of await x.exchange.engine.read(system, rx => timer.due(rx))) {
        await x.exchange.engine.write(system, { operation: timer.name }, cx => timer.run(cx, id))
        done++
      }
    return done
  }
  const deliver = (order: { id: string }) => run(x, cx => deliverOrder(cx, order.id, { receiptId: newId() }))

  await t.test('an effective contract makes one order that waits for payment', async t => {
    const contractId = await run(x, cx => insertContract(cx, deal))
    const handler = handlers.find(h => h.event === 'contracts.contract-effective')!
    await run(x, cx => handler.run(cx, { contractId }))
    t.equal(await refusal(run(x, cx => handler.run(cx, { contractId }))), 'conflict', 'a contract has one order')
    const [row] = await x.sql`select id from orders."order" where contract_id = ${contractId}`
    const order = await view(row as { id: string }, buyer)
    t.match(parseNumber(order.number), { kind: 'DD', division: '140100' })
    t.equal(parseReferenceCode(order.referenceCode), order.referenceCode)
    t.match(order, { state: 'awaiting_payment', amountFen: 120_000, isDeliveryOverdue: false, nextActions: ['cancel'] })
    t.equal(order.stateName.zh, '待付款')
    const created = new Date(order.createdAt)
    const due = addWorkingDays(created, 5, rulesAt(created))
    t.equal(order.paymentDueAt, due.dueAt.toISOString())
    t.equal(order.isProvisional, due.isProvisional)
    t.match(order.rulePack, /^national-2025@/)
    t.same(
      order.timeline.map((e: { action: string; by: string; to: string }) => [e.action, e.by, e.to]),
      [
        ['order.create', 'exchange', 'created'],
        ['order.confirm', 'exchange', 'confirmed'],
        ['order.request-payment', 'exchange', 'awaiting_payment'],
      ],
    )
    const found = await x.exchange.engine.read(system, rx => orderByReference(rx, order.referenceCode))
    t.equal(found?.id, order.id)
  })

  await t.test('a free order needs no payment and closes when it is accepted', async t => {
    const order = await newOrder(x, { ...deal, amountFen: 0n })
    t.match(order, { state: 'confirmed', paymentDueAt: null })
    const jobs =
      await x.sql`select 1 from pgboss.job where name like 'orders.order-ready%' and data->>'orderId' = ${order.id}`
    t.equal(jobs.length, 1, 'delivery was told')
    t.equal((await run(x, cx => startDelivery(cx, order.id))).state, 'delivering')
    await deliver(order)
    const closed = await x.ok(`POST /orders/${order.id}/accept`, { as: buyer.checker })
    t.equal(closed.state, 'closed')
    const [contract] = await x.sql`select state from contracts.contract where id = ${order.contractId}`
    t.equal(contract!.state, 'completed')
  })

  await t.test('every move of the table works and every other one is refused', async t => {
    const order = await newOrder(x, deal)
    const reason = { reason: '数据与合同约定不符' }
    const http = (action: string, who: Cast, body?: object) => async () => {
      const reply = await x.call(`POST /orders/${order.id}/${action}`, { as: who.checker, ...(body && { body }) })
      return reply.status === 200 ? (reply.body.state as string) : reply.body.type.split('/').at(-1)
    }
    const door = (work: Parameters<typeof run<Order>>[1]) => async () => {
      let state = ''
      const slug = await refusal(run(x, work).then(row => (state = row.state)))
      return slug === 'none' ? state : slug
    }
    const to = (move: keyof typeof orderMachine.moves) => (state: OrderState) =>
      orderMachine.moves[move].from.some(s => s === state) ? orderMachine.moves[move].to : undefined
    const late = async () => {
      await x.sql`update orders."order" set settle_after = now() - interval '1 day' where id = ${order.id}`
    }
    type Case = readonly [
      string,
      (state: OrderState) => string | undefined,
      () => Promise<string>,
      (() => Promise<void>)?,
    ]
    const cases: readonly Case[] = [
      ['accept', to('accept'), http('accept', buyer)],
      ['reject', to('reject'), http('reject', buyer, reason)],
      ['redeliver', to('redeliver'), http('redeliver', vendor, {})],
      ['refund', to('refund'), http('refund', vendor, reason)],
      ['cancel', s => to('cancel')(s) ?? to('cancelPaid')(s), http('cancel', x.operator, reason)],
      ['dispute', to('dispute'), http('dispute', buyer, reason)],
      ['mediate accept', to('mediateAccept'), http('mediate', x.operator, { outcome: 'accept', ...reason })],
      ['mediate refund', to('mediateRefund'), http('mediate', x.operator, { outcome: 'refund', ...reason })],
      [
        'mediate partly',
        to('mediatePartly'),
        http('mediate', x.operator, { outcome: 'partial', refundFen: 1, ...reason }),
      ],
      ['pay', to('pay'), door(cx => payOrder(cx, order.id, { paidFen: 120_000n, settlementRef: 'line-1' }))],
      [
        'start delivery',
        s => (s === 'confirmed' ? undefined : to('startDelivery')(s)),
        door(cx => startDelivery(cx, order.id)),
      ],
      ['deliver', to('deliver'), door(cx => deliverOrder(cx, order.id, { receiptId: newId() }))],
      ['begin settlement', to('beginSettlement'), door(cx => beginSettlement(cx, order.id)), late],
      ['finish settlement', s => (s === 'settling' ? 'closed' : undefined), door(cx => finishSettlement(cx, order.id))],
      [
        'finish refund',
        s => (s === 'partly_refunded' ? s : to('finishRefund')(s)),
        door(cx => finishRefund(cx, order.id)),
      ],
    ]
    for (const [name, expected, move, prepare] of cases)
      for (const state of states) {
        await place(order.id, state)
        await restore(order)
        await prepare?.()
        const answer = await move()
        const [row] = await x.sql`select state from orders."order" where id = ${order.id}`
        const wanted = expected(state)
        const refused = name === 'start delivery' && state === 'confirmed' ? 'rule-violated' : 'state-conflict'
        t.equal(answer, wanted ?? refused, `${name} from ${state}`)
        t.equal(row!.state, wanted ?? state, `${name} leaves ${state} as it should`)
      }
  })

  await t.test('each move belongs to its side, and a foreign order answers as one that is not there', async t => {
    const order = await inState('delivered')
    const reason = { reason: '数据与合同约定不符' }
    const bodies: Record<string, object | undefined> = {
      accept: undefined,
      reject: reason,
      redeliver: {},
      refund: reason,
      cancel: reason,
      dispute: reason,
    }
    for (const [action, body] of Object.entries(bodies)) {
      const options = { as: stranger.checker, ...(body && { body }) }
      const foreign = await x.call(`POST /orders/${order.id}/${action}`, options)
      const missing = await x.call(`POST /orders/${newId()}/${action}`, options)
      t.equal(foreign.status, 404, `${action} of a stranger`)
      t.same({ ...foreign.body, instance: '' }, { ...missing.body, instance: '' }, `${action} tells nothing`)
    }
    t.equal((await x.call(`GET /orders/${order.id}`, { as: stranger.maker })).status, 404)
    t.equal((await x.call(`GET /orders/${order.id}`)).status, 401)
    t.equal((await x.call(`POST /orders/${order.id}/accept`, { as: vendor.checker })).status, 403)
    t.equal(
      (await x.call(`POST /orders/${order.id}/mediate`, { as: buyer.checker, body: { outcome: 'accept', ...reason } }))
        .status,
      403,
    )
    const both = await x.organization(['vendor', 'buyer'])
    const sold = await inState('delivered', { vendor: both })
    t.equal(
      (await x.call(`POST /orders/${sold.id}/accept`, { as: both.checker })).status,
      403,
      'a vendor cannot accept',
    )
    const before = await newOrder(x, deal)
    t.equal((await x.call(`POST /orders/${before.id}/cancel`, { as: vendor.checker, body: reason })).status, 403)
    const short = await x.call(`POST /orders/${order.id}/reject`, { as: buyer.checker, body: { reason: '' } })
    t.match(short, { status: 400, body: { errors: [{ pointer: '/reason' }] } })
  })

  await t.test('authorities of either side and above read, others do not', async t => {
    const order = await newOrder(x, deal)
    const read = async (division: string) => {
      const authority = await x.organization(['authority'], { division })
      const one = await x.call(`GET /orders/${order.id}`, { as: authority.maker })
      const page = await x.ok('GET /orders?limit=100', { as: authority.maker })
      t.equal(
        page.items.some((o: { id: string }) => o.id === order.id),
        one.status === 200,
        'list and view agree',
      )
      if (one.status === 200) t.same(one.body.nextActions, [])
      return one.status
    }
    t.equal(await read('140100'), 200, "the vendor's city")
    t.equal(await read('140200'), 200, "the buyer's city reads along")
    t.equal(await read('140000'), 200, 'the province')
    t.equal(await read('140300'), 404, 'another city')
  })

  await t.test('two acceptances at once give one success, one conflict and one audit entry', async t => {
    const order = await inState('delivered')
    const replies = await Promise.all([
      x.call(`POST /orders/${order.id}/accept`, { as: buyer.maker }),
      x.call(`POST /orders/${order.id}/accept`, { as: buyer.checker }),
    ])
    t.same(replies.map(r => r.status).sort(), [200, 409])
    t.equal(await audits(order, 'order.accept'), 1)
  })

  await t.test('an acceptance with the same key is answered again with the same bytes', async t => {
    const order = await inState('delivered')
    const call = () => x.call(`POST /orders/${order.id}/accept`, { as: buyer.maker, key: `accept-${order.id}` })
    const [first, second] = [await call(), await call()]
    t.equal(second.text, first.text)
    t.equal(await audits(order, 'order.accept'), 1)
  })

  await t.test('payment takes the exact amount only', async t => {
    const order = await newOrder(x, deal)
    const pay = (paidFen: bigint) => run(x, cx => payOrder(cx, order.id, { paidFen, settlementRef: 'line-1' }))
    t.equal(await refusal(pay(119_999n)), 'rule-violated')
    t.equal(await refusal(pay(120_001n)), 'rule-violated')
    const paid = await pay(120_000n)
    t.match(paid, { state: 'escrowed', settlementRef: 'line-1' })
    t.equal(paid.deliveryDueAt?.getTime(), addWorkingDays(paid.paidAt!, 3, rulesAt(paid.paidAt!)).dueAt.getTime())
  })

  await t.test('rejected, delivered again, accepted: the term of the grant runs from the last delivery', async t => {
    const order = await inState('delivering')
    await deliver(order)
    const rejected = await x.ok(`POST /orders/${order.id}/reject`, {
      as: buyer.maker,
      body: { reason: '缺少十二月的数据' },
    })
    t.match(rejected, { state: 'rejected', reason: '缺少十二月的数据', acceptanceDueAt: null })
    t.ok(rejected.deliveryDueAt)
    const wrong = await x.call(`POST /orders/${order.id}/redeliver`, {
      as: vendor.maker,
      body: { dataVersionId: newId() },
    })
    t.equal(wrong.status, 404)
    const strange = await run(x, cx => insertContract(cx, { vendor: stranger, buyer }))
    const [foreign] = await x.sql`select data_version_id from contracts.contract where id = ${strange}`
    const notOwn = await x.call(`POST /orders/${order.id}/redeliver`, {
      as: vendor.maker,
      body: { dataVersionId: foreign!.data_version_id },
    })
    t.match(notOwn, { status: 422, body: { errors: [{ pointer: '/dataVersionId' }] } })
    const again = await x.ok(`POST /orders/${order.id}/redeliver`, { as: vendor.maker, body: { note: '已补齐' } })
    t.equal(again.state, 'redelivering')
    const delivered = await deliver(order)
    t.equal(delivered.deliveries, 2)
    t.equal((await x.ok(`POST /orders/${order.id}/accept`, { as: buyer.maker })).state, 'accepted')
    const [contract] = await x.sql`select ends_on::text from contracts.contract where id = ${order.contractId}`
    t.ok(contract!.ends_on)
    const { timeline } = await view(order, vendor)
    t.ok(
      timeline.some(
        (e: { action: string; by: string; reason: string }) => e.by === 'buyer' && e.reason === '缺少十二月的数据',
      ),
    )
  })

  await t.test('a dispute freezes the order until the operator has mediated', async t => {
    const order = await inState('delivering')
    await deliver(order)
    const body = { reason: '双方对数据质量有分歧' }
    const disputed = await x.ok(`POST /orders/${order.id}/dispute`, { as: vendor.maker, body })
    t.match(disputed, { state: 'disputed', acceptanceDueAt: null })
    t.ok(disputed.mediationDueAt)
    const flag = async () =>
      (await x.sql`select is_disputed from contracts.contract where id = ${order.contractId}`)[0]!.is_disputed
    t.equal(await flag(), true)
    const mediate = (more: object) =>
      x.call(`POST /orders/${order.id}/mediate`, { as: x.operator.checker, body: { ...body, ...more } })
    for (const refundFen of [0, 120_000])
      t.match(await mediate({ outcome: 'partial', refundFen }), {
        status: 422,
        body: { errors: [{ pointer: '/refundFen' }] },
      })
    const partly = await mediate({ outcome: 'partial', refundFen: 20_000 })
    t.match(partly.body, { state: 'partly_refunded', refundFen: 20_000, settleAfter: null })
    t.equal(await flag(), false)
    t.equal(await refusal(run(x, cx => beginSettlement(cx, order.id))), 'settlement-pending', 'the part first')
    const confirmed = await run(x, cx => finishRefund(cx, order.id))
    t.ok(confirmed.settleAfter)
    t.equal(await refusal(run(x, cx => finishRefund(cx, order.id))), 'state-conflict', 'confirmed once')
  })

  await t.test('a dispute before any delivery can only end in a refund', async t => {
    const order = await inState('disputed')
    await x.sql`update orders."order" set delivered_at = null where id = ${order.id}`
    const mediate = (outcome: string) =>
      x.call(`POST /orders/${order.id}/mediate`, {
        as: x.operator.checker,
        body: { outcome, reason: '没有交付任何数据' },
      })
    t.match(await mediate('accept'), { status: 422, body: { errors: [{ pointer: '/outcome' }] } })
    t.equal((await mediate('refund')).body.state, 'refunding')
    t.equal((await run(x, cx => finishRefund(cx, order.id))).state, 'refunded')
    const [contract] = await x.sql`select state from contracts.contract where id = ${order.contractId}`
    t.equal(contract!.state, 'terminated')
  })

  await t.test('the end of a contract cancels what is not delivered and freezes what is', async t => {
    const follow = handlers.find(h => h.event === 'contracts.contract-terminated')!
    for (const [from, to] of [
      ['awaiting_payment', 'cancelled'],
      ['delivering', 'refunding'],
      ['delivered', 'disputed'],
      ['accepted', 'disputed'],
      ['closed', 'closed'],
      ['refunded', 'refunded'],
    ] as const) {
      const order = await inState(from)
      await x.sql`update contracts.contract set state = 'terminated', reason = '一方解除合同' where id = ${order.contractId}`
      await run(x, cx => follow.run(cx, { contractId: order.contractId }))
      t.equal((await view(order, buyer)).state, to, from)
    }
  })

  await t.test('a contract that ended before its order was made gets none', async t => {
    const contractId = await run(x, cx => insertContract(cx, deal))
    await x.ok(`POST /contracts/${contractId}/terminate`, {
      as: x.operator.checker,
      body: { reason: '双方协商解除，经运营机构确认' },
    })
    const [opens, ends] = ['contracts.contract-effective', 'contracts.contract-terminated'].map(
      event => handlers.find(h => h.event === event)!,
    )
    await run(x, cx => opens!.run(cx, { contractId }))
    await run(x, cx => ends!.run(cx, { contractId }))
    t.same(await x.sql`select 1 from orders."order" where contract_id = ${contractId}`, [])
    const skipped = await x.sql`select record from kernel.audit_entry
      where subject_id = ${contractId} and action = 'order.skip' order by seq`
    t.same(
      skipped.map(({ record }) => JSON.parse(record)),
      [{ contractState: 'terminated' }, { cause: 'contract ended' }],
      'the log says why, whichever comes first',
    )
  })

  await t.test('orders are listed by state and side, page by page', async t => {
    const firm = await x.organization(['vendor', 'buyer'])
    const made: string[] = []
    for (let i = 0; i < 3; i++) made.unshift((await newOrder(x, { vendor: firm, buyer })).id)
    const bought = await newOrder(x, { vendor, buyer: firm })
    const page = async (query: string) => x.ok(`GET /orders?${query}`, { as: firm.maker })
    const ids = (p: { items: { id: string }[] }) => p.items.map(o => o.id)
    t.same(ids(await page('as=vendor')), made)
    t.same(ids(await page('as=buyer')), [bought.id])
    t.same(ids(await page('state=closed')), [])
    const first = await page('limit=3')
    t.same(ids(first), [bought.id, made[0], made[1]])
    t.match(first.items[0], { nextActions: ['cancel'], vendorName: String })
    const second = await page(`limit=3&after=${first.next}`)
    t.same(ids(second), [made[2]])
    t.equal(second.next, null)
    t.equal((await x.call('GET /orders?after=nonsense', { as: firm.maker })).status, 400)
    t.equal((await x.call('GET /orders?state=nonsense', { as: firm.maker })).status, 400)
    t.ok((await x.ok('GET /orders?limit=100', { as: x.operator.maker })).items.length > 4, 'the operator sees all')
  })

  await t.test('what the contract fixed cannot be changed, not even by its owner', async t => {
    const order = await newOrder(x, deal)
    await t.rejects(x.sql`update orders."order" set amount_fen = 1 where id = ${order.id}`, /terms .* are fixed/)
    await t.rejects(x.sql`update orders."order" set state = 'lost' where id = ${order.id}`, /order_state_known/)
    await t.rejects(x.sql`delete from orders."order" where id = ${order.id}`, /append-only/)
  })

  await t.test('no payment period ends with effect while the contract is suspended', async t => {
    const order = await newOrder(x, deal)
    const decide = (move: 'suspend' | 'resume', reason: string) =>
      x.ok(`POST /contracts/${order.contractId}/${move}`, { as: x.operator.checker, body: { reason } })
    await decide('suspend', '数据来源被投诉，暂停履行')
    await x.advanceTo(new Date(order.paymentDueAt!.getTime() + 1000))
    await sweep()
    const waiting = await view(order, buyer)
    t.match(waiting, { state: 'awaiting_payment', paymentDueAt: null })
    const [noted] = await x.sql`select record from kernel.audit_entry
      where subject_id = ${order.id} and action = 'order.void-period'`
    t.match(JSON.parse(noted!.record), { period: 'paymentDueAt', contractState: 'suspended' })
    t.equal(await sweep(), 0, 'void once')
    await decide('resume', '投诉不成立，恢复履行')
    const restart = handlers.find(h => h.event === 'contracts.contract-resumed')!
    await run(x, cx => restart.run(cx, { contractId: order.contractId }))
    const again = await view(order, buyer)
    const [anew] = await x.sql<{ at: Date }[]>`select at from kernel.audit_entry
      where subject_id = ${order.id} and action = 'order.restart-period'`
    t.equal(
      again.paymentDueAt,
      addWorkingDays(anew!.at, 5, rulesAt(anew!.at)).dueAt.toISOString(),
      'the whole period anew',
    )
    await sweep()
    t.equal((await view(order, buyer)).state, 'awaiting_payment', 'which has not ended yet')
    await x.advanceTo(new Date(new Date(again.paymentDueAt).getTime() + 1000))
    await sweep()
    t.equal((await view(order, buyer)).state, 'cancelled')
    const [contract] = await x.sql`select state from contracts.contract where id = ${order.contractId}`
    t.equal(contract!.state, 'terminated')
  })

  await t.test('a dispute that is not mediated in time is escalated once, and stays frozen until it is', async t => {
    const order = await inState('delivering')
    await deliver(order)
    const body = { reason: '双方对数据质量有分歧' }
    const dispute = () => x.ok(`POST /orders/${order.id}/dispute`, { as: buyer.maker, body })
    const disputed = await dispute()
    t.equal(disputed.mediationEscalatedAt, null)
    await x.advanceTo(new Date(new Date(disputed.mediationDueAt).getTime() - 60_000))
    await sweep()
    t.equal(await audits(order, 'order.escalate-mediation'), 0, 'not before the last day has ended')
    await x.advanceTo(new Date(new Date(disputed.mediationDueAt).getTime() + 1000))
    await sweep()
    t.equal(await sweep(), 0, 'once')
    t.equal(await audits(order, 'order.escalate-mediation'), 1)
    const authority = await x.organization(['authority'])
    const late = await view(order, authority)
    t.equal(late.state, 'disputed')
    t.ok(late.mediationEscalatedAt >= disputed.mediationDueAt, 'the authority sees it')
    t.ok(late.timeline.some((e: { action: string; by: string }) => e.action === 'order.escalate-mediation'))
    const mediate = { outcome: 'accept', ...body }
    const mediated = await x.ok(`POST /orders/${order.id}/mediate`, { as: x.operator.checker, body: mediate })
    t.match(mediated, { state: 'accepted', mediationDueAt: null, mediationEscalatedAt: String }, 'late, but decided')
    t.equal((await dispute()).mediationEscalatedAt, null, 'a new dispute has its own days')
  })

  await t.test(
    'time: payment overdue cancels, late delivery lets the buyer go, silence counts only where agreed',
    async t => {
      const unpaid = await newOrder(x, deal)
      const late = await newOrder(x, deal)
      await run(x, cx => payOrder(cx, late.id, { paidFen: 120_000n, settlementRef: 'line-2' }))
      await run(x, cx => startDelivery(cx, late.id))
      const early = await x.call(`POST /orders/${late.id}/cancel`, {
        as: buyer.maker,
        body: { reason: '仍未收到数据' },
      })
      t.match(early, { status: 409, body: { type: '/problems/cancellation-too-early' } })
      const delivered = async (isSilenceAcceptance: boolean) => {
        const order = await inState('delivering', { isSilenceAcceptance })
        await deliver(order)
        return order
      }
      const [silent, spoken] = [await delivered(true), await delivered(false)]
      await x.advanceDays(20)
      t.ok((await sweep()) >= 4)
      t.equal(await sweep(), 0, 'nothing is due twice')
      t.equal((await view(unpaid, buyer)).state, 'cancelled')
      const overdue = await view(late, buyer)
      t.match(overdue, { state: 'delivering', isDeliveryOverdue: true })
      t.ok(overdue.nextActions.includes('cancel'))
      const deemed = await view(silent, buyer)
      t.match(deemed, { state: 'accepted', isDeemedAccepted: true })
      const waiting = await view(spoken, buyer)
      t.match(waiting, { state: 'delivered', isDeemedAccepted: false })
      t.equal(await audits(spoken, 'order.remind-acceptance'), 1)
      const money = await x.ok(`POST /orders/${late.id}/cancel`, { as: buyer.maker, body: { reason: '仍未收到数据' } })
      t.match(money, { state: 'refunding', refundFen: 120_000 })
      const settle = () => x.exchange.engine.read(system, rx => ordersToSettle(rx))
      t.notOk((await settle()).includes(silent.id), 'not before the settlement day')
      t.equal(await refusal(run(x, cx => beginSettlement(cx, silent.id))), 'settlement-pending')
      await x.advanceTo(new Date(new Date(deemed.settleAfter).getTime() + 1000))
      t.ok((await settle()).includes(silent.id))
      const put = (state: string) =>
        x.sql`update contracts.contract set state = ${state} where id = ${silent.contractId}`
      await put('suspended')
      t.equal(await refusal(run(x, cx => beginSettlement(cx, silent.id))), 'settlement-pending', 'a suspended contract')
      await put('performing')
      await run(x, cx => beginSettlement(cx, silent.id))
      t.equal((await run(x, cx => finishSettlement(cx, silent.id))).state, 'closed')
      const [contract] = await x.sql`select state from contracts.contract where id = ${silent.contractId}`
      t.equal(contract!.state, 'completed')
    },
  )
})
