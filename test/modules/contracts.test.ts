import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import type { Cx } from '../../src/kernel/command.ts'
import { verifySeal } from '../../src/kernel/documents/seal.ts'
import { movesFrom } from '../../src/kernel/machine.ts'
import { isNumber } from '../../src/kernel/numbers.ts'
import {
  beginTerm,
  type ContractState,
  completeContract,
  contractMachine,
  contractOf,
  markDisputed,
} from '../../src/modules/contracts/index.ts'
import { sealContract } from '../../src/modules/contracts/seal.ts'
import { type Cast, openExchange, password, type Reply, type Role, type TestExchange } from '../support/exchange.ts'
import { listedProduct } from '../support/offering.ts'

const scenario = '结合空气质量数据安排大棚通风，成果仅供本公司农技人员使用'
/** A listed product, and a purpose that it allows. */
async function listed(x: TestExchange, vendor: Cast, amountFen = 1_250_000) {
  const plan = amountFen === 0 ? { kind: 'free' as const } : { kind: 'one-off' as const, amountFen }
  const { id } = await listedProduct(x, vendor, { plan })
  return { productId: String(id), purpose: '内部分析' }
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

interface Stage {
  readonly x: TestExchange
  readonly vendor: Cast
  readonly buyer: Cast
  readonly product: { productId: string; purpose: string }
}

/** A vendor in Taiyuan, a buyer in Datong and a listed product. */
async function setStage(t: Parameters<typeof openExchange>[0], options?: { workers?: boolean }): Promise<Stage> {
  const x = await openExchange(t, options)
  const vendor = await x.organization(['vendor'], { name: '山西晋阳环境数据有限公司', division: '140100' })
  const buyer = await x.organization(['buyer'], { name: '大同绿源农业科技有限公司', division: '140200' })
  return { x, vendor, buyer, product: await listed(x, vendor) }
}

const ask = ({ x, buyer, product }: Stage, body: object = {}) =>
  x.ok('POST /contracts', { as: buyer.maker, body: { ...product, scenario, ...body } })

const sign = ({ x }: Stage, id: string, as: Role, options: { key?: string; password?: string } = {}) =>
  x.call(`POST /contracts/${id}/sign`, {
    as,
    body: { password: options.password ?? password },
    ...(options.key && { key: options.key }),
  })

async function agreed(stage: Stage): Promise<any> {
  const { id } = await ask(stage)
  return stage.x.ok(`POST /contracts/${id}/agree`, { as: stage.vendor.maker })
}

async function performing(stage: Stage): Promise<any> {
  const { id } = await agreed(stage)
  await sign(stage, id, stage.vendor.checker)
  const { body } = await sign(stage, id, stage.buyer.checker)
  return body
}

const asSystem = ({ x }: Stage, work: (cx: Cx) => Promise<unknown>) =>
  x.exchange.engine.write(system, { operation: 'test' }, work)

const slug = (reply: Reply) => String(reply.body.type).replace('/problems/', '')

const actions = async ({ x }: Stage, id: string): Promise<string[]> =>
  (
    await x.sql`select action from kernel.audit_entry where subject_kind = 'contract' and subject_id = ${id} order by seq`
  ).map(row => row.action)

/** One exchange whose worker stands still, so that the moment between two steps can be looked at, and one that works. */
const shared = await setStage(t, { workers: false })
const working = await setStage(t)

t.test('a buyer who names purpose and scenario is given a whole contract, and both may negotiate it', async t => {
  const stage = shared
  const { x, vendor, buyer, product } = stage
  const created = await x.call('POST /contracts', { as: buyer.maker, key: 'k1', body: { ...product, scenario } })
  t.equal(created.status, 201)
  const contract = created.body
  t.ok(isNumber(contract.number))
  t.match(contract, { state: 'negotiating', turn: 'vendor', division: '140100', amountFen: 1_250_000, deviations: [] })
  t.match(contract.number, /^140100-CT-/)
  t.match(contract.terms, {
    parties: [{ name: '山西晋阳环境数据有限公司' }, { name: '大同绿源农业科技有限公司' }],
    scenario,
    price: { amountFen: '1250000', planKind: 'one-off' },
    payment: { method: 'bank-transfer', dueWorkingDays: 5 },
    acceptance: { periodWorkingDays: 5, isSilenceAcceptance: true },
    signedPlace: '太原市',
    dispute: { method: 'court', place: '太原市' },
  })
  t.match(contract.rulePack, /^national-2025@/)
  t.equal(contract.textHash, null)
  const path = `/contracts/${contract.id}`

  await t.test('the same request with its key makes no second contract', async t => {
    const again = await x.call('POST /contracts', { as: buyer.maker, key: 'k1', body: { ...product, scenario } })
    t.equal(again.text, created.text)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.equal((await x.ok(`GET /contracts?productId=${product.productId}`, { as: buyer.maker })).items.length, 1)
  })

  await t.test(
    'a purpose that is not allowed, a missing scenario and a prohibited use are refused by field',
    async t => {
      const refused = async (body: object) =>
        x.call('POST /contracts', { as: buyer.maker, body: { ...product, ...body } })
      const purpose = await refused({ purpose: '转售', scenario })
      t.equal(purpose.status, 400)
      t.match(purpose.body.errors, [{ pointer: '/purpose', remedy: /choose one of/ }])
      t.match((await refused({})).body.errors, [{ pointer: '/scenario' }])
      const glyph = await refused({ scenario: '含有不可打印的字符\u{20bb7}的场景' })
      t.equal(glyph.status, 400)
      t.match(glyph.body.errors, [{ pointer: '/scenario' }])
    },
  )

  await t.test('nobody buys from themselves, and only a maker of a verified buyer may ask', async t => {
    const both = await x.organization(['vendor', 'buyer'])
    const own = await listed(x, both)
    const self = await x.call('POST /contracts', { as: both.maker, body: { ...own, scenario } })
    t.equal(self.status, 422)
    t.match(self.body.errors, [{ pointer: '/productId' }])
    t.equal((await x.call('POST /contracts', { as: buyer.checker, body: { ...product, scenario } })).status, 403)
    t.equal((await x.call('POST /contracts', { as: vendor.maker, body: { ...product, scenario } })).status, 403)
    t.equal((await x.call('POST /contracts', { body: { ...product, scenario } })).status, 401)
  })

  await t.test('only the side whose turn it is may counter or agree', async t => {
    const early = await x.call(`POST ${path}/agree`, { as: buyer.maker })
    t.equal(early.status, 409)
    t.equal((await x.call(`POST ${path}/counter`, { as: buyer.maker, body: { deliveryWorkingDays: 3 } })).status, 409)
    t.equal((await x.call(`POST ${path}/agree`, { as: vendor.checker })).status, 403)
  })

  await t.test('a counter-offer lists each deviation and hands the turn over', async t => {
    const body = {
      acceptanceWorkingDays: 10,
      amountFen: 1_400_000,
      prohibitedUses: ['转售原始数据', '训练对外提供的模型'],
    }
    const countered = await x.ok(`POST ${path}/counter`, { as: vendor.maker, body: { ...body, note: '价格含更新' } })
    t.match(countered, { state: 'countered', turn: 'buyer', amountFen: 1_400_000 })
    t.same(
      countered.deviations.map((d: any) => d.pointer),
      ['/prohibitedUses', '/price/amountFen', '/acceptance/periodWorkingDays'],
    )
    t.same(countered.deviations[2], { pointer: '/acceptance/periodWorkingDays', model: '5', agreed: '10' })
    const back = await x.ok(`POST ${path}/counter`, { as: buyer.maker, body: { amountFen: 1_250_000 } })
    t.match(back, { state: 'negotiating', turn: 'vendor', amountFen: 1_250_000 })
    t.equal(back.deviations.length, 2)
    const rounds = await x.ok(`GET ${path}/proposals`, { as: vendor.maker })
    t.same(
      rounds.map((r: any) => [r.round, r.side, r.note]),
      [
        [1, 'buyer', null],
        [2, 'vendor', '价格含更新'],
        [3, 'buyer', null],
      ],
    )
  })

  await t.test('a proposal that drops a prohibited use, changes nothing or invents a field is refused', async t => {
    const refuse = async (body: object) => x.call(`POST ${path}/counter`, { as: vendor.maker, body })
    t.match((await refuse({ prohibitedUses: [] })).body.errors, [{ pointer: '/prohibitedUses' }])
    t.match((await refuse({ acceptanceWorkingDays: 10 })).body.errors, [{ pointer: '' }])
    t.equal((await refuse({ rights: { kind: 'holding' } })).status, 400)
    t.equal((await refuse({ amountFen: 0 })).status, 400)
    t.equal((await refuse({ amountFen: 1.5 })).status, 400)
    t.equal((await refuse({})).status, 400)
  })

  await t.test('agreeing freezes the text, whose digest anyone can recompute', async t => {
    const draft = await x.call(`GET ${path}/text`, { as: buyer.maker })
    const done = await x.ok(`POST ${path}/agree`, { as: vendor.maker })
    t.equal(done.state, 'agreed')
    const served = await x.call(`GET ${path}/text`, { as: buyer.maker })
    t.equal(served.text, draft.text)
    t.equal(sha256(served.bytes), done.textHash)
    t.equal(served.headers.etag, `"${done.textHash}"`)
    t.match(served.text, /壹万贰仟伍佰元整/)
    t.match(served.text, /训练对外提供的模型/)
    t.match((await x.call(`GET ${path}/text?language=en`, { as: buyer.maker })).text, /Data Provision Contract/)
    t.equal((await x.call(`POST ${path}/agree`, { as: vendor.maker })).status, 409)
    t.equal((await x.call(`POST ${path}/counter`, { as: vendor.maker, body: { deliveryWorkingDays: 9 } })).status, 409)
    await t.rejects(x.sql`update contracts.contract set amount_fen = 1 where id = ${contract.id}`, /cannot be edited/)
    await t.rejects(x.sql`update contracts.contract set body = 'x' where id = ${contract.id}`, /cannot be edited/)
    await t.rejects(x.sql`delete from contracts.contract where id = ${contract.id}`, /cannot be deleted/)
    await t.rejects(x.sql`update contracts.proposal set note = 'x'`, /append-only/)
    t.same(await actions(stage, contract.id), [
      'contract.create',
      'contract.offer',
      'contract.counter',
      'contract.counter',
      'contract.agree',
    ])
  })

  await t.test('nobody concludes on what is suspended meanwhile; a new price leaves what is on the table', async t => {
    const fresh = await listed(x, vendor)
    const { id, listingId } = await x.ok('POST /contracts', { as: buyer.maker, body: { ...fresh, scenario } })
    const body = { kind: 'one-off', amountFen: 2_000_000 }
    await x.ok(`POST /products/${fresh.productId}/price`, { as: vendor.maker, body })
    const reason = { reason: '收到权属异议，核实期间停牌' }
    await x.ok(`POST /listings/${listingId}/suspend`, { as: x.operator.checker, body: reason })
    const refused = await x.call(`POST /contracts/${id}/agree`, { as: vendor.maker })
    t.same([refused.status, slug(refused)], [422, 'not-listed'])
    t.equal((await x.call('POST /contracts', { as: buyer.maker, body: { ...fresh, scenario } })).status, 422)
    await x.ok(`POST /listings/${listingId}/resume`, { as: x.operator.checker, body: reason })
    const done = await x.ok(`POST /contracts/${id}/agree`, { as: vendor.maker })
    t.match(done, { state: 'agreed', amountFen: 1_250_000 })
  })

  await t.test('a free plan has neither price nor payment', async t => {
    const free = await listed(x, vendor, 0)
    const made = await x.ok('POST /contracts', { as: buyer.maker, body: { ...free, scenario } })
    t.match(made.terms, { price: { amountFen: '0', planKind: 'free' }, payment: { method: 'none', dueWorkingDays: 0 } })
    const priced = await x.call(`POST /contracts/${made.id}/counter`, { as: vendor.maker, body: { amountFen: 100 } })
    t.match(priced.body.errors, [{ pointer: '/amountFen' }])
  })
})

t.test('who may know of a contract', async t => {
  const stage = shared
  const { x, vendor, buyer } = stage
  const stranger = await x.organization(['vendor', 'buyer'])
  const count = (await x.ok('GET /contracts', { as: vendor.maker })).items.length
  const authority = (division: string) => x.organization(['authority'], { division })
  const { id } = await agreed(stage)
  const sees = async (as: Role) => (await x.call(`GET /contracts/${id}`, { as })).status === 200
  for (const as of [vendor.finance, buyer.maker, x.operator.maker]) t.ok(await sees(as))
  t.ok(await sees((await authority('140100')).maker), 'the vendor’s city')
  t.ok(await sees((await authority('140200')).maker), 'the buyer’s city')
  t.ok(await sees((await authority('140000')).maker), 'the province')
  const other = await authority('140300')
  const foreign = await x.call(`GET /contracts/${id}`, { as: other.maker })
  const missing = await x.call('GET /contracts/01900000-0000-7000-8000-000000000000', { as: other.maker })
  t.same({ ...foreign.body, instance: '' }, { ...missing.body, instance: '' }, 'a foreign one looks like none')
  for (const path of ['', '/text', '/pdf', '/signatures', '/proposals'])
    t.equal((await x.call(`GET /contracts/${id}${path}`, { as: stranger.maker })).status, 404)
  t.equal((await sign(stage, id, stranger.checker)).status, 404)
  for (const verb of ['agree', 'withdraw', 'counter']) {
    const body = { withdraw: { reason: '不再需要' }, counter: { deliveryWorkingDays: 2 } }[verb]
    t.equal((await x.call(`POST /contracts/${id}/${verb}`, { as: stranger.maker, ...(body && { body }) })).status, 404)
  }
  t.equal(
    (await x.call(`POST /contracts/${id}/annul`, { as: other.checker, body: { reason: '越权测试' } })).status,
    404,
  )
  const lists = async (as: Role) => (await x.ok('GET /contracts', { as })).items.length
  t.equal(await lists(stranger.maker), 0)
  t.equal(await lists(other.maker), 0)
  t.equal(await lists(vendor.maker), count + 1)
  const product = await listed(x, vendor)
  for (let i = 0; i < 4; i++) await x.ok('POST /contracts', { as: buyer.maker, body: { ...product, scenario } })
  const query = `/contracts?productId=${product.productId}&side=buyer&limit=3`
  const first = await x.ok(`GET ${query}`, { as: buyer.maker })
  t.equal(first.items.length, 3)
  const rest = await x.ok(`GET ${query}&after=${first.next}`, { as: buyer.maker })
  t.equal(rest.items.length, 1)
  t.equal(rest.next, null)
  t.equal((await x.ok(`GET ${query}&state=agreed`, { as: buyer.maker })).items.length, 0)
})

t.test('model contracts are public, with text, schema and hash', async t => {
  const { x } = shared
  const { items } = await x.ok('GET /model-contracts')
  t.match(
    items.map((item: any) => [item.code, item.version, item.title.zh]),
    ['1.0.0', '1.1.0'].map(version => ['data-provision', version, '数据提供合同']),
  )
  const one = await x.ok('GET /model-contracts/data-provision/1.0.0')
  t.equal(one.hash, items[0].hash)
  t.match(one.texts.zh, /第一条/)
  t.equal(one.termsSchema.type, 'object')
  t.equal((await x.call('GET /model-contracts/data-provision/9.9.9')).status, 404)
})

t.test('signing', async t => {
  const stage = shared
  const { x, vendor, buyer } = stage

  await t.test('a wrong password, a wrong duty and an early signature are refused and leave nothing', async t => {
    const early = await ask(stage)
    t.equal((await sign(stage, early.id, vendor.checker)).status, 409)
    const { id } = await agreed(stage)
    const wrong = await sign(stage, id, vendor.checker, { password: 'not my password' })
    t.equal(wrong.status, 403)
    t.equal(slug(wrong), 'password-wrong')
    t.equal((await sign(stage, id, vendor.maker)).status, 403)
    t.equal((await sign(stage, id, x.operator.checker)).status, 403)
    t.equal((await x.ok(`GET /contracts/${id}/signatures`, { as: buyer.maker })).signatures.length, 0)
  })

  await t.test('two signatures of one side at once: one is kept, one refused', async t => {
    const { id } = await agreed(stage)
    const replies = await Promise.all([sign(stage, id, vendor.checker), sign(stage, id, vendor.checker)])
    t.same(replies.map(r => r.status).sort(), [200, 409])
    t.equal(slug(replies.find(r => r.status === 409)!), 'already-signed')
    t.equal((await actions(stage, id)).filter(a => a === 'contract.sign').length, 1)
    t.match(await x.ok(`GET /contracts/${id}`, { as: buyer.maker }), { state: 'partly_signed', effectiveAt: null })
  })

  await t.test('both sides at once: both are kept and the contract takes effect once', async t => {
    const { id } = await agreed(stage)
    const replies = await Promise.all([sign(stage, id, vendor.checker), sign(stage, id, buyer.checker)])
    t.same(
      replies.map(r => r.status),
      [200, 200],
    )
    const done = await x.ok(`GET /contracts/${id}`, { as: buyer.maker })
    t.match(done, { state: 'performing', lapsesAt: null })
    t.same(done.signedBy.map((s: any) => s.side).sort(), ['buyer', 'vendor'])
    t.ok(done.effectiveAt && done.endsOn)
    t.same((await actions(stage, id)).slice(-4), [
      'contract.sign',
      'contract.sign',
      'contract.take-effect',
      'contract.perform',
    ])
    const jobs = await x.sql`select 1 from pgboss.job where data->>'contractId' = ${id}
      and name = 'contracts.contract-effective.contracts.seal'`
    t.equal(jobs.length, 1)
  })

  await t.test('a replay answers the same bytes without a second signature, and keeps no password', async t => {
    const { id } = await agreed(stage)
    const first = await sign(stage, id, buyer.checker, { key: `sign-${id}` })
    const again = await sign(stage, id, buyer.checker, { key: `sign-${id}` })
    t.equal(again.text, first.text)
    t.equal(again.headers['idempotency-replayed'], 'true')
    const [kept] = await x.sql`select input_hash from kernel.idempotency where key = ${`sign-${id}`}`
    const guess = JSON.stringify({ body: { password }, params: { id }, query: {} })
    t.not(kept!.input_hash, sha256(guess))
    t.equal((await x.ok(`GET /contracts/${id}/signatures`, { as: buyer.maker })).signatures.length, 1)
  })

  await t.test('anyone can check a signature with the key, and a changed byte breaks it', async t => {
    const { id, number, textHash } = await performing(stage)
    const list = await x.ok(`GET /contracts/${id}/signatures`, { as: vendor.maker })
    t.equal(list.signatures.length, 2)
    for (const s of list.signatures) {
      const key = createPublicKey(s.publicKey)
      const bytes = Buffer.from(s.statement)
      t.ok(verify(null, bytes, key, Buffer.from(s.signature, 'base64')))
      t.equal(sha256(key.export({ type: 'spki', format: 'der' })), s.fingerprint)
      const { uscc } = s.side === 'vendor' ? vendor : buyer
      t.match(JSON.parse(s.statement), { contract: number, textHash, organization: uscc, type: 'contract-signature' })
      for (let i = 0; i < bytes.length; i += 17) {
        const changed = Buffer.from(bytes)
        changed[i]! ^= 1
        t.notOk(verify(null, changed, key, Buffer.from(s.signature, 'base64')))
      }
    }
    t.not(list.signatures[0].fingerprint, list.signatures[1].fingerprint)
    const { text } = await x.call(`GET /contracts/${id}/text`, { as: vendor.maker })
    t.equal(sha256(text), textHash)
    await t.rejects(x.sql`delete from contracts.contract_signature`, /append-only/)
  })

  await t.test('one person cannot sign for both sides', async t => {
    const { id } = await agreed(stage)
    const twice = { ...vendor.checker, organizationId: buyer.id }
    await x.ok('PUT /members', {
      as: buyer.administrator,
      body: { email: twice.email, duties: ['checker'] },
    })
    t.equal((await sign(stage, id, vendor.checker)).status, 200)
    const refused = await sign(stage, id, twice)
    t.equal(refused.status, 403)
    t.equal(slug(refused), 'same-signer')
    t.equal((await sign(stage, id, buyer.checker)).status, 200)
  })

  await t.test('who has signed is bound; the other side may still decline', async t => {
    const { id } = await agreed(stage)
    await sign(stage, id, vendor.checker)
    const body = { reason: '改变主意' }
    t.equal((await x.call(`POST /contracts/${id}/withdraw`, { as: vendor.maker, body })).status, 409)
    t.match(await x.ok(`POST /contracts/${id}/withdraw`, { as: buyer.maker, body }), { state: 'lapsed', ...body })
    t.equal((await sign(stage, id, buyer.checker)).status, 409)
  })

  await t.test('an organisation that was suspended meanwhile signs nothing, and nobody signs with it', async t => {
    const { id } = await agreed(stage)
    const body = { reason: '资质到期，暂停使用' }
    await x.ok(`POST /organizations/${vendor.id}/suspend`, { as: x.operator.checker, body })
    t.equal((await sign(stage, id, vendor.checker)).status, 403)
    t.equal((await sign(stage, id, buyer.checker)).status, 422)
    await x.ok(`POST /organizations/${vendor.id}/reinstate`, { as: x.operator.checker })
    t.equal((await sign(stage, id, buyer.checker)).status, 200)
  })
})

t.test('performance, its end, and what is possible in each state', async t => {
  const stage = shared
  const { x, vendor, buyer } = stage
  const move = (id: string, verb: string, as: Role, reason = '依交易规则办理') =>
    x.call(`POST /contracts/${id}/${verb}`, { as, body: { reason } })
  const stateOf = async (id: string) => (await x.ok(`GET /contracts/${id}`, { as: buyer.maker })).state

  await t.test('the operator or the competent authority suspends and resumes; the parties cannot', async t => {
    const { id } = await performing(stage)
    const authority = await x.organization(['authority'], { division: '140100' })
    t.equal((await move(id, 'suspend', vendor.checker)).status, 403)
    const beside = await x.organization(['authority'], { division: '140200' })
    t.equal((await move(id, 'suspend', beside.checker)).status, 403, 'the buyer’s authority reads along only')
    const elsewhere = await x.organization(['authority'], { division: '140300' })
    t.equal((await move(id, 'annul', elsewhere.checker)).status, 404, 'to others the contract is not there')
    t.equal((await move(id, 'suspend', authority.checker)).body.state, 'suspended')
    t.equal((await move(id, 'suspend', authority.checker)).status, 409)
    t.equal((await move(id, 'resume', x.operator.checker)).body.state, 'performing')
    t.match((await move(id, 'terminate', x.operator.checker)).body, { state: 'terminated', reason: '依交易规则办理' })
    t.same((await actions(stage, id)).slice(-3), ['contract.suspend', 'contract.resume', 'contract.terminate'])
  })

  await t.test('a dispute is a flag; completion ends the contract', async t => {
    const { id } = await performing(stage)
    await asSystem(stage, cx => markDisputed(cx, id, true, '验收争议'))
    t.match(await x.ok(`GET /contracts/${id}`, { as: buyer.maker }), { state: 'performing', isDisputed: true })
    await asSystem(stage, cx => markDisputed(cx, id, false, '调解'))
    await asSystem(stage, cx => completeContract(cx, id))
    t.equal(await stateOf(id), 'completed')
    await t.rejects(
      asSystem(stage, cx => completeContract(cx, id)),
      /state-conflict/,
    )
  })

  await t.test('every state refuses the moves that its row of the table does not have', async t => {
    const make: Partial<Record<ContractState, () => Promise<string>>> = {
      negotiating: async () => (await ask(stage)).id,
      countered: async () => {
        const { id } = await ask(stage)
        await x.ok(`POST /contracts/${id}/counter`, { as: vendor.maker, body: { deliveryWorkingDays: 2 } })
        return id
      },
      agreed: async () => (await agreed(stage)).id,
      partly_signed: async () => {
        const { id } = await agreed(stage)
        await sign(stage, id, vendor.checker)
        return id
      },
      performing: async () => (await performing(stage)).id,
      suspended: async () => {
        const { id } = await performing(stage)
        await move(id, 'suspend', x.operator.checker)
        return id
      },
    }
    for (const [state, build] of Object.entries(make)) {
      const possible = movesFrom(contractMachine, state as ContractState)
      const id = await build()
      const tries: [string, () => Promise<Reply>][] = [
        ['suspend', () => move(id, 'suspend', x.operator.checker)],
        ['resume', () => move(id, 'resume', x.operator.checker)],
        ['terminate', () => move(id, 'terminate', x.operator.checker)],
        [
          'agree',
          () => x.call(`POST /contracts/${id}/agree`, { as: state === 'countered' ? buyer.maker : vendor.maker }),
        ],
        ['withdraw', () => move(id, 'withdraw', buyer.maker)],
      ]
      for (const [name, run] of tries) {
        if (possible.includes(name as never)) continue
        t.equal((await run()).status, 409, `${state} refuses ${name}`)
      }
      t.equal(await stateOf(id), state)
      const annulled = await move(id, 'annul', x.operator.checker, '（2026）晋01民初1号判决确认无效')
      t.equal(annulled.body.state, 'void', `${state} can be found void`)
      for (const verb of ['annul', 'withdraw', 'suspend', 'resume', 'terminate'])
        t.equal((await move(id, verb, verb === 'withdraw' ? buyer.maker : x.operator.checker)).status, 409)
    }
  })
})

/** The text of a PDF, without white space. */
async function textOfPdf(bytes: Buffer): Promise<string> {
  const document = await getDocument({ data: new Uint8Array(bytes), verbosity: 0 }).promise
  const pages: string[] = []
  for (let i = 1; i <= document.numPages; i++) {
    const { items } = await (await document.getPage(i)).getTextContent()
    pages.push(items.map(item => ('str' in item ? item.str : '')).join(''))
  }
  await document.destroy()
  return pages.join('').replace(/\s/g, '')
}

t.test('the sealed contract', async t => {
  const stage = working
  const { x, vendor, buyer } = stage
  const { id, number } = await agreed(stage)
  await sign(stage, id, vendor.checker)
  const early = await x.call(`GET /contracts/${id}/pdf`, { as: buyer.maker })
  t.equal(early.status, 404)
  t.equal(slug(early), 'not-sealed')
  await sign(stage, id, buyer.checker)
  const sealed = await x.until(async () => {
    const found = await x.ok(`GET /contracts/${id}`, { as: buyer.maker })
    return found.pdfSha256 && found
  }, 'the seal')
  const pdf = await x.call(`GET /contracts/${id}/pdf`, { as: buyer.maker })

  await t.test('is served whole, with its digest, to those who may read it', async t => {
    t.equal(sha256(pdf.bytes), sealed.pdfSha256)
    t.equal(pdf.headers.etag, `"${sealed.pdfSha256}"`)
    t.equal(pdf.headers['repr-digest'], `sha-256=:${Buffer.from(sealed.pdfSha256, 'hex').toString('base64')}:`)
    t.equal(pdf.headers['content-type'], 'application/pdf')
    t.equal(Number(pdf.headers['content-length']), pdf.bytes.length)
    t.match(pdf.headers['content-disposition'], /^attachment; filename="contract-140100-CT-/)
    const headers = { 'if-none-match': `"${sealed.pdfSha256}"` }
    t.equal((await x.call(`GET /contracts/${id}/pdf`, { as: buyer.maker, headers })).status, 304)
    const head = await x.call(`HEAD /contracts/${id}/pdf`, { as: buyer.maker })
    t.same([head.status, head.headers.etag, head.bytes.length], [200, pdf.headers.etag, 0])
  })

  await t.test('shows parties, amounts, dictionary and signatures', async t => {
    const shown = await textOfPdf(pdf.bytes)
    for (const words of [
      '山西晋阳环境数据有限公司',
      '大同绿源农业科技有限公司',
      vendor.uscc,
      buyer.uscc,
      number,
      '壹万贰仟伍佰元整',
      '12,500.00',
      scenario,
      '附件二数据字典',
      '细颗粒物',
      '监测站点',
      ...sealed.signedBy.map((s: any) => s.fingerprint),
      sealed.textHash,
    ])
      t.ok(shown.includes(words), words)
    t.notOk(shown.includes('人民币人民币'))
  })

  await t.test('carries the exchange’s seal, which any change breaks', async t => {
    const check = verifySeal(pdf.bytes)
    t.match(check, { isIntact: true, coversWholeFile: true })
    const { fingerprint, pem } = await x.ok('GET /seal-certificate')
    t.equal(check.fingerprint, fingerprint)
    t.equal(new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase(), fingerprint)
    for (const at of [100, 5_000, pdf.bytes.length >> 1]) {
      const changed = Buffer.from(pdf.bytes)
      changed[at]! ^= 1
      t.notOk(verifySeal(changed).isIntact)
    }
    t.notOk(verifySeal(Buffer.concat([pdf.bytes, Buffer.from('\n')])).coversWholeFile)
  })

  await t.test('cannot be edited, and sealing again gives the same file', async t => {
    await asSystem(stage, cx => sealContract(cx, id))
    t.equal((await x.ok(`GET /contracts/${id}`, { as: buyer.maker })).pdfSha256, sealed.pdfSha256)
    t.same((await actions(stage, id)).slice(-2), ['contract.seal', 'contract.seal'])
    for (const change of [
      x.sql`update contracts.contract set pdf_sha256 = null where id = ${id}`,
      x.sql`update contracts.contract set terms_text = '{}' where id = ${id}`,
      x.sql`update contracts.contract set buyer_id = ${vendor.id} where id = ${id}`,
    ])
      await t.rejects(change, /cannot be edited/)
    const early = await agreed(stage)
    await t.rejects(
      asSystem(stage, cx => sealContract(cx, early.id)),
      /state-conflict/,
    )
  })
})

t.test('time', async t => {
  const stage = working
  const { x, buyer, vendor } = stage
  const state = (id: string) => x.ok(`GET /contracts/${id}`, { as: buyer.maker })
  const becomes = (id: string, wanted: string) => x.until(async () => (await state(id)).state === wanted, wanted)
  const offered = await ask(stage)
  const running = await performing(stage)
  // its unpaid order would end the contract before its term does
  await x.until(async () => {
    const frozen =
      await x.sql`update orders."order" set state = 'disputed' where contract_id = ${running.id} returning 1`
    return frozen.length > 0
  }, 'the order')
  const half = await agreed(stage)
  await sign(stage, half.id, vendor.checker)
  await x.advanceTo(new Date(new Date(half.lapsesAt).getTime() + 1))
  await becomes(half.id, 'lapsed')
  t.equal((await state(offered.id)).state, 'negotiating', 'the longer clock still runs')
  t.equal((await sign(stage, half.id, buyer.checker)).status, 409)
  await x.advanceTo(new Date(new Date(offered.lapsesAt).getTime() + 1))
  await becomes(offered.id, 'lapsed')
  const before = (await state(running.id)).endsOn
  const { now } = await x.ok('GET /clock')
  await asSystem(stage, cx => beginTerm(cx, running.id, new Date(now)))
  const { endsOn } = await state(running.id)
  t.ok(endsOn > before, 'the grant runs from delivery')
  await x.advanceDays(400)
  await becomes(running.id, 'expired')
  const facts = await x.exchange.engine.read(system, rx => contractOf(rx, running.id))
  t.match(facts, { state: 'expired', amountFen: 1_250_000n, plan: { kind: 'one-off' } })
})

t.test('an organisation that wants it has each signature approved by a colleague first', async t => {
  const stage = shared
  const { x, vendor } = stage
  const buyer = await x.organization(['buyer'], { name: '晋中审慎应用有限公司', division: '140700' })
  const own = { ...stage, buyer }
  const policy = (as: Role, body: object) => x.call('PUT /signing-policy', { as, body })
  t.match(await x.ok('GET /signing-policy', { as: buyer.maker }), { isApprovalNeeded: false, thresholdFen: null })
  t.equal((await policy(buyer.checker, { isApprovalNeeded: true })).status, 403, 'administrators set it')
  t.equal((await policy(buyer.administrator, { isApprovalNeeded: true, thresholdFen: 0 })).status, 400)

  await t.test('below the amount from which it is wanted nobody is asked', async t => {
    const set = await policy(buyer.administrator, { isApprovalNeeded: true, thresholdFen: 1_250_001 })
    t.match(set.body, { isApprovalNeeded: true, thresholdFen: 1_250_001 })
    const { id } = await agreed(own)
    t.equal((await x.ok(`GET /contracts/${id}/approval`, { as: buyer.maker })).isNeeded, false)
    t.equal((await sign(own, id, buyer.checker)).body.state, 'partly_signed')
  })

  t.equal((await policy(buyer.administrator, { isApprovalNeeded: true, thresholdFen: null })).status, 200)
  const approve = (id: string, as: Role, body: object = {}) => x.call(`POST /contracts/${id}/approve`, { as, body })

  await t.test('nothing is approved before the text is frozen, nor by those without the duty', async t => {
    const { id } = await ask(own)
    const early = await approve(id, buyer.finance)
    t.same([early.status, slug(early)], [409, 'state-conflict'])
    t.equal((await approve(id, buyer.maker)).status, 403)
    const stranger = await x.organization(['buyer'])
    t.equal((await approve(id, stranger.finance)).status, 404)
  })

  await t.test('without approval nobody signs; with it another member does; the other side is not asked', async t => {
    const { id } = await agreed(own)
    const refused = await sign(own, id, buyer.checker)
    t.same([refused.status, slug(refused)], [422, 'rule-violated'])
    t.match(refused.body.detail, /colleague’s approval before signing/)
    t.equal((await x.ok(`GET /contracts/${id}`, { as: buyer.maker })).state, 'agreed')
    const done = await approve(id, buyer.finance, { note: '预算内，同意' })
    t.equal(done.status, 200)
    t.match(await x.ok(`GET /contracts/${id}/approval`, { as: buyer.maker }), {
      isNeeded: true,
      approvals: [{ note: '预算内，同意', name: 'finance' }],
    })
    const theirs = await x.ok(`GET /contracts/${id}/approval`, { as: vendor.maker })
    t.match(theirs, { isNeeded: false, approvals: [] }, 'the vendor has no such rule and learns nothing of the buyer’s')
    t.equal((await approve(id, buyer.finance)).status, 409, 'once a person')
    t.equal((await sign(own, id, vendor.checker)).body.state, 'partly_signed')
    t.equal((await sign(own, id, buyer.checker)).body.state, 'performing')
    t.equal(slug(await approve(id, buyer.administrator)), 'state-conflict')
    t.ok((await actions(own, id)).includes('contract.approve'))
    await t.rejects(x.sql`update contracts.signing_approval set note = 'x'`, /append-only/)
  })

  await t.test('who approved does not sign', async t => {
    const { id } = await agreed(own)
    t.equal((await approve(id, buyer.checker)).status, 200)
    const alone = await sign(own, id, buyer.checker)
    t.same([alone.status, slug(alone)], [422, 'rule-violated'])
    t.match(alone.body.detail, /Who approved does not sign/)
    t.equal((await approve(id, buyer.administrator)).status, 200)
    t.equal((await sign(own, id, buyer.checker)).body.state, 'partly_signed')
    t.equal(slug(await approve(id, buyer.finance)), 'already-signed')
  })
})

t.test('a buyer reads what the contract will say before asking for it', async t => {
  const { x, vendor, buyer, product } = shared
  const count = async () => Number((await x.sql`select count(*) as n from contracts.contract`)[0]!.n)
  const before = await count()
  const preview = (query: string, as: Role = buyer.maker) =>
    x.call(`GET /contract-preview?productId=${product.productId}${query}`, { as })
  const open = await preview('')
  t.equal(open.status, 200)
  t.match(open.body.texts.zh, /（由需方填写）/)
  t.match(open.body.texts.zh, /壹万贰仟伍佰元整/)
  t.match(open.body.texts.en, /Data Provision Contract/)
  const said = await preview(`&purpose=${encodeURIComponent(product.purpose)}&scenario=${encodeURIComponent(scenario)}`)
  const made = await ask(shared)
  const { text: offered } = await x.call(`GET /contracts/${made.id}/text`, { as: buyer.maker })
  t.same(said.body.terms, made.terms, 'the same terms as the contract then has')
  t.equal(
    said.body.texts.zh,
    offered.replaceAll(made.number, '（发起后编号）'),
    'and the same text, but for its number',
  )
  t.equal(await count(), before + 1, 'looking stores nothing')
  t.equal((await preview('', vendor.maker)).status, 422, 'the own product is not bought')
  t.equal((await x.call(`GET /contract-preview?productId=${product.productId}`)).status, 401)
})
