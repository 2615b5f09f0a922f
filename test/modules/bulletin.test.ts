import t from 'tap'
import { openExchange } from '../support/exchange.ts'

const x = await openExchange(t, { workers: false })
const { maker, checker, administrator } = x.operator
const body = {
  kind: 'rule',
  titleZh: '关于调整平台服务费率的公告',
  titleEn: 'On the change of the service fee',
  bodyZh: '自下月起，数据产品交易的平台服务费率调整，已生效的合同不受影响。',
  bodyEn: 'From next month on the service fee changes; contracts in effect keep theirs.',
}

t.test('an announcement is written by one person and published by another, then everyone reads it', async t => {
  const { id, state } = await x.ok('POST /announcements', { as: maker, body })
  t.equal(state, 'draft')
  t.equal((await x.call(`GET /announcements/${id}`)).status, 404, 'a draft does not exist for anyone else')
  t.same((await x.ok('GET /announcements?state=draft')).items, [], 'not even by asking for drafts')
  t.equal((await x.ok('GET /announcements?state=draft', { as: checker })).items.length, 1)
  t.equal((await x.call(`POST /announcements/${id}/publish`, { as: maker })).status, 403)
  await x.ok(`PUT /announcements/${id}`, { as: checker, body: { ...body, titleEn: 'On a change of the service fee' } })
  const own = await x.call(`POST /announcements/${id}/publish`, { as: checker })
  t.match([own.status, own.body.type], [403, '/problems/same-person'], 'who changed it last is its author')
  const both = await Promise.all([1, 2].map(() => x.call(`POST /announcements/${id}/publish`, { as: administrator })))
  t.same(both.map(r => r.status).sort(), [200, 409], 'once')
  t.match(await x.ok(`GET /announcements/${id}`), { state: 'published', titleEn: 'On a change of the service fee' })
  t.equal((await x.ok('GET /announcements')).items[0].id, id)
})

t.test('what is public is never changed, only taken back with a reason that stays', async t => {
  const [{ id }] = (await x.ok('GET /announcements')).items
  t.equal((await x.call(`PUT /announcements/${id}`, { as: maker, body })).status, 409)
  t.equal((await x.call(`POST /announcements/${id}/discard`, { as: maker })).status, 409)
  t.equal((await x.call(`POST /announcements/${id}/withdraw`, { as: checker, body: {} })).status, 400)
  await x.ok(`POST /announcements/${id}/withdraw`, { as: checker, body: { reason: '费率表有误，将重新公告' } })
  t.match(await x.ok(`GET /announcements/${id}`), { state: 'withdrawn', reason: '费率表有误，将重新公告' })
  t.same((await x.ok('GET /announcements')).items, [])
  t.equal((await x.call(`POST /announcements/${id}/publish`, { as: administrator })).status, 409)
})

t.test('nobody but the operator writes announcements, and a draft can be given up', async t => {
  const vendor = await x.organization(['vendor'])
  t.equal((await x.call('POST /announcements', { as: vendor.maker, body })).status, 403)
  t.equal((await x.call('POST /announcements', { body })).status, 401)
  const { id } = await x.ok('POST /announcements', { as: maker, body })
  t.equal((await x.ok(`POST /announcements/${id}/discard`, { as: maker })).state, 'discarded')
  t.equal((await x.call(`POST /announcements/${id}/publish`, { as: checker })).status, 409)
  const wrong = await x.call('POST /announcements', { as: maker, body: { ...body, kind: 'gossip', titleZh: '短' } })
  t.same(wrong.body.errors.map((e: any) => e.pointer).sort(), ['/kind', '/titleZh'])
})

t.test('announcements are read page by page, newest first', async t => {
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    const { id } = await x.ok('POST /announcements', { as: maker, body: { ...body, titleZh: `第${i}号公告通知` } })
    await x.ok(`POST /announcements/${id}/publish`, { as: checker })
    ids.unshift(id)
  }
  const first = await x.ok('GET /announcements?limit=3')
  const rest = await x.ok(`GET /announcements?limit=3&after=${first.next}`)
  t.same(
    [...first.items, ...rest.items].map((a: any) => a.id),
    ids,
  )
  t.equal(rest.next, null)
})
