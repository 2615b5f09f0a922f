import { createHash, createPublicKey, verify } from 'node:crypto'
import { dayOf } from '../kernel/calendar.ts'
import { parseVkey } from '../kernel/log/note.ts'
import { parseProof, verifyProof } from '../kernel/log/proof.ts'
import { type Cast, inventUscc, makeCast, roles } from './cast.ts'
import { type Client, StoryError } from './client.ts'
import { weather } from './goods.ts'
import type { Operator } from './operator.ts'
import {
  agree,
  askToBuy,
  type Contract,
  download,
  draftGoods,
  importStatement,
  openAccount,
  openedFor,
  type Payment,
  passListing,
  register,
  sign,
  statementCsv,
  uploadGoods,
} from './trade.ts'

export interface Telling {
  readonly client: Client
  readonly operator: Operator
  /** One readable line a step. */
  readonly say: (step: string, words: string) => void
  /** Keeps a paper for the person who asked for it. */
  readonly keep: (name: string, bytes: Buffer | string) => Promise<void>
  /** Tells this run's organisations from those of earlier ones. */
  readonly run: string
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

/** Stops the story at the first thing that is not so. */
function expect(isSo: boolean, words: string): asserts isSo {
  if (!isSo) throw new StoryError(words)
}

interface Stage extends Telling {
  readonly vendor: Cast
  readonly buyer: Cast
  readonly regulator: Cast
  readonly neighbour: Cast
}

/** 1. People, organisations, two-person verification. */
async function people(telling: Telling): Promise<Stage> {
  const { client, operator, run, say } = telling
  const named = <T extends { slug: string; nameZh: string }>(role: T): T => ({
    ...role,
    slug: `${role.slug}-${run}`,
    nameZh: `${role.nameZh.replace('（演示）', '')}（${run}）`,
  })
  const vendor = await makeCast(client, operator, named(roles.vendor), inventUscc('140100'))
  const buyer = await makeCast(client, operator, named(roles.buyer), inventUscc('140700'))
  const regulator = await makeCast(client, operator, named(roles.taiyuan), inventUscc('140100'))
  const neighbour = await makeCast(client, operator, named(roles.datong), inventUscc('140200'))
  const wrong = await client.refused('POST /organizations', 'invalid-input', {
    as: vendor.maker,
    body: {
      uscc: '91140100MA0000000X',
      nameZh: '校验位错误的公司',
      division: '140100',
      address: '山西省太原市',
      contactName: '某人',
      contactPhone: '0351-0000000',
      roles: ['vendor'],
    },
  })
  say(
    '1 机构 organisations',
    `${vendor.role.nameZh} ${vendor.uscc} 已由两人核验；错误代码被拒：${wrong.errors?.[0]?.message}`,
  )
  return { ...telling, vendor, buyer, regulator, neighbour }
}

/** 2. File, facts read from it, pre-check, review, listing; and the two refusals. */
async function listing({ client, operator, vendor, say }: Stage) {
  const version = await uploadGoods(client, vendor, weather)
  const types = version.columns.map(c => `${c.name}:${c.type}`).join(' ')
  say('2 上传 upload', `${version.rows} 行，SHA-256 ${version.sha256.slice(0, 16)}…，${types}`)
  const draft = await draftGoods(client, vendor, weather, version.id)
  const withoutSource = { ...weather, content: { ...weather.content, sourceStatement: '自采' } }
  const refusedDraft = await draftGoods(client, vendor, withoutSource, version.id)
  const refused = await client.refused(`POST /listings/${refusedDraft.listing.id}/submit`, 'rule-violated', {
    as: vendor.maker,
    body: {},
  })
  const core = await draftGoods(
    client,
    vendor,
    { ...weather, content: { ...weather.content, grade: 'core' } },
    version.id,
  )
  await client.refused(`POST /listings/${core.listing.id}/submit`, 'rule-violated', { as: vendor.maker, body: {} })
  say('2 拒绝 refused', `来源说明不清不得挂牌：${refused.errors?.[0]?.message ?? refused.detail}；核心数据不得交易`)
  const check = await client.call<{ isReady: boolean }>(`POST /products/${draft.id}/precheck`, { as: vendor.maker })
  expect(check.isReady, 'the pre-check finds nothing wrong with the draft')
  await client.call(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
  await passListing(client, operator, draft.listing.id)
  say('2 挂牌 listed', `${draft.number} ${client.url}/api/v1/products/${draft.id}`)
  return { productId: draft.id, productNumber: draft.number, digest: version.sha256 }
}

/** 3. Found by two Chinese characters and by an English word. */
async function search({ client, say }: Stage, productId: string): Promise<void> {
  type Page = { items: { id: string }[]; total: number; next: string | null }
  const find = async (q: string) => {
    for (let page = `GET /products?q=${encodeURIComponent(q)}&limit=50`, i = 0; i < 10; i++) {
      const found = await client.call<Page>(page)
      if (found.items.some(item => item.id === productId)) return found.total
      if (!found.next) break
      page = `GET /products?q=${encodeURIComponent(q)}&limit=50&after=${found.next}`
    }
    throw new StoryError(`the search for ${q} does not find the product`)
  }
  say('3 检索 search', `“象观” ${await find('象观')} 件，“weather” ${await find('weather')} 件`)
}

/** 4. Contract from the model text, agreed, signed by both organisations' keys, sealed. */
async function contract({ client, vendor, buyer, say, keep }: Stage, productId: string): Promise<Contract> {
  const asked = await askToBuy(
    client,
    buyer,
    productId,
    '农业生产分析',
    '结合气象数据为冬小麦春管提供灌溉建议，成果仅供本公司农技人员使用',
  )
  await agree(client, vendor, asked.id)
  await client.refused(`POST /contracts/${asked.id}/sign`, 'password-wrong', {
    as: buyer.checker,
    body: { password: 'not the password' },
  })
  await sign(client, vendor, asked.id)
  const signed = await sign(client, buyer, asked.id)
  type Signature = { statement: string; signature: string; publicKey: string }
  const { signatures } = await client.call<{ signatures: Signature[] }>(`GET /contracts/${asked.id}/signatures`, {
    as: buyer.maker,
  })
  for (const s of signatures)
    expect(
      verify(null, Buffer.from(s.statement), createPublicKey(s.publicKey), Buffer.from(s.signature, 'base64')),
      'the detached signatures verify',
    )
  expect(signatures.length === 2, 'both organisations have signed')
  say('4 签署 signed', `${asked.number} 双方 Ed25519 签名可独立核验，文本摘要 ${signed.textHash.slice(0, 16)}…`)
  const sealed = await client.until('the sealed contract', async () => {
    const now = await client.call<Contract>(`GET /contracts/${asked.id}`, { as: buyer.maker })
    return now.pdfSha256 !== null && now
  })
  const pdf = Buffer.from(
    await (await client.send(`GET /contracts/${asked.id}/pdf`, { as: buyer.maker })).arrayBuffer(),
  )
  expect(sha256(pdf) === sealed.pdfSha256, 'the sealed contract has the digest that was recorded')
  await keep('contract.pdf', pdf)
  say('4 签章 sealed', `PDF ${pdf.length} 字节，${client.url}/api/v1/contracts/${asked.id}/pdf`)
  return sealed
}

/** 5 and 6. Registration and filing; the regulator orders a correction, then passes. */
async function supervision(stage: Stage, contractId: string) {
  const { client, operator, vendor, regulator, neighbour, say, keep } = stage
  const opened = await openedFor(client, vendor.maker, 'registrations', contractId)
  const registered = await register(client, operator, opened.id)
  const certified = await client.until('the certificate', async () => {
    const row = await client.call<{ certificateSha256: string | null }>(`GET /registrations/${opened.id}`, {
      as: vendor.maker,
    })
    return row.certificateSha256
  })
  const pdf = Buffer.from(
    await (await client.send(`GET /registrations/${opened.id}/certificate`, { as: vendor.maker })).arrayBuffer(),
  )
  expect(sha256(pdf) === certified, 'the certificate has the digest that was recorded')
  await keep('certificate.pdf', pdf)
  const verdict = await client.call<{ verdict: string }>(`GET /verifications/${registered.number}?sha256=${certified}`)
  expect(verdict.verdict === 'genuine', 'anyone can verify the certificate')
  say('5 登记 registered', `${registered.number} ${client.url}/verify/${registered.number}`)

  const filing = await openedFor(client, regulator.maker, 'filings', contractId)
  say('5 备案 filed', `${filing.number} 回执`)
  await client.refused(`GET /filings/${filing.id}`, 'not-found', { as: neighbour.maker })
  await client.call(`POST /filings/${filing.id}/order-correction`, {
    as: regulator.maker,
    body: { reason: '使用场景描述过于笼统，请写明应用地块和使用人员。', workingDays: 5 },
  })
  await client.call(`POST /filings/${filing.id}/correct`, {
    as: vendor.maker,
    body: {
      explanation: '已补充应用地块和使用人员。',
      scenario: '用于晋中市榆次区 1200 亩冬小麦示范田的灌溉建议，由公司 6 名农技人员使用。',
    },
  })
  const passed = await client.call<{ state: string; version: number }>(`POST /filings/${filing.id}/pass`, {
    as: regulator.maker,
    body: { note: '补正符合要求' },
  })
  expect(passed.state === 'filed_checked' && passed.version === 2, 'the corrected filing is passed as version 2')
  await client.until('the receipt of the filing', async () => {
    const row = await client.call<{ receiptSha256: string | null }>(`GET /filings/${filing.id}`, { as: vendor.maker })
    return row.receiptSha256
  })
  const receipt = await client.send(`GET /filings/${filing.id}/receipt`, { as: vendor.maker })
  await keep('filing-receipt.pdf', Buffer.from(await receipt.arrayBuffer()))
  say('6 监管 supervised', `太原：责令 5 个工作日内补正 → 第 2 版通过；大同查阅答“没有找到”`)
  return { registration: { ...opened, number: registered.number }, filing }
}

/** 7. Payment instruction, bank statement, matching, escrow. */
async function payment({ client, operator, vendor, buyer, say, keep, run }: Stage, contractId: string) {
  const order = await openedFor<{ id: string; contractId: string; state: string; number: string }>(
    client,
    buyer.maker,
    'orders',
    contractId,
  )
  await openAccount(client, operator, operator.finance, '140001234567890123')
  await openAccount(client, operator, vendor.finance, '140009876543210987')
  const pay = await client.call<Payment>(`GET /orders/${order.id}/payment`, { as: buyer.finance })
  const { now } = await client.call<{ now: string }>('GET /clock')
  const line = { on: dayOf(new Date(now)), account: '622200001111222233' }
  const csv = statementCsv([
    {
      ...line,
      amount: pay.amount,
      payer: buyer.role.nameZh,
      remark: `货款 ${pay.referenceCode}`,
      serial: `DEMO-${run}-1`,
    },
    { ...line, amount: '88.00', payer: '某某商贸行', remark: '往来款', serial: `DEMO-${run}-2` },
  ])
  await keep('bank-statement.csv', csv)
  const report = await importStatement(client, operator, `statement-${run}.csv`, csv)
  const again = await importStatement(client, operator, `statement-${run}.csv`, csv)
  expect(again.id === report.id, 'the same statement imported twice has one effect')
  const held = await client.call<{ heldFen: number }>(`GET /orders/${order.id}/money`, { as: buyer.finance })
  expect(held.heldFen === pay.amountFen, 'the money is in escrow')
  say('7 付款 paid', `${order.number} ¥${pay.amount} 附言 ${pay.referenceCode} → 匹配，托管；未知来款另行处理`)
  return { orderId: order.id, orderNumber: order.number, amountFen: pay.amountFen }
}

/** 8. Entitlement, signed download in two ranges, receipt, acceptance. */
async function delivery({ client, buyer, say, keep }: Stage, orderId: string, digest: string): Promise<void> {
  const got = await download(client, buyer, orderId)
  expect(sha256(got.content) === digest, 'the data delivered are the bytes that were listed')
  await client.refused(
    `GET ${got.url.startsWith('http') ? '' : client.url}${got.url.replace(/signature=[^&]+/, `signature=${'A'.repeat(43)}`)}`,
    'download-refused',
  )
  await keep(`data-${got.fileName}`, got.content)
  const receiptPdf = await client.until('the receipt as PDF', async () => {
    const response = await client.send(`GET /receipts/${got.receipt.id}/pdf`, { as: buyer.maker })
    return response.ok && Buffer.from(await response.arrayBuffer())
  })
  await keep('delivery-receipt.pdf', receiptPdf)
  await keep(
    'delivery-receipt.json',
    JSON.stringify(await client.call(`GET /receipts/${got.receipt.id}`, { as: buyer.maker }), null, 2),
  )
  say(
    '8 交付 delivered',
    `${got.content.length} 字节分两段下载，摘要一致，回执 ${got.receipt.number}；改动签名的链接被拒`,
  )
  const accepted = await client.call<{ state: string }>(`POST /orders/${orderId}/accept`, { as: buyer.maker })
  expect(accepted.state === 'accepted', 'the buyer accepts')
}

/** 9. T+1, split, pay-out confirmed by a second person, order closed. */
async function settlement(
  { client, operator, vendor, say, keep, run }: Stage,
  order: { orderId: string; amountFen: number },
) {
  const { now } = await client.call<{ now: string }>('GET /clock')
  await client.call('POST /demo/clock', { body: { to: new Date(Date.parse(now) + 12 * 86_400_000).toISOString() } })
  type Payout = { id: string; amountFen: number; state: string }
  const payout = await client.until('the pay-out of the order', async () => {
    const { items } = await client.call<{ items: Payout[] }>(`GET /payouts?orderId=${order.orderId}`, {
      as: operator.finance,
    })
    return items[0]
  })
  const batch = await client.call<{ id: string }>('POST /payout-batches', {
    as: operator.finance,
    body: { payoutIds: [payout.id] },
  })
  const file = await client.send(`GET /payout-batches/${batch.id}/file`, { as: operator.finance })
  await keep('payouts.csv', Buffer.from(await file.arrayBuffer()))
  const today = dayOf(new Date((await client.call<{ now: string }>('GET /clock')).now))
  const confirm = { bankSerial: `OUT-${run}`, paidOn: today }
  const own = await client.send(`POST /payouts/${payout.id}/confirm`, { as: operator.finance, body: confirm })
  expect(own.status === 403, 'who made the pay-out cannot confirm it')
  await client.call(`POST /payouts/${payout.id}/confirm`, { as: operator.cashier, body: confirm })
  const money = await client.until('the close of the order', async () => {
    const row = await client.call<{ state: string; releasedFen: number; feeFen: number; heldFen: number }>(
      `GET /orders/${order.orderId}/money`,
      { as: vendor.finance },
    )
    return row.state === 'closed' && row
  })
  expect(money.feeFen + payout.amountFen === order.amountFen && money.heldFen === 0, 'the split adds up to the fen')
  const yuan = (fen: number) => (fen / 100).toFixed(2)
  say(
    '9 结算 settled',
    `供方 ¥${yuan(payout.amountFen)} + 平台 ¥${yuan(money.feeFen)} = ¥${yuan(order.amountFen)}；订单完结`,
  )
}

/** 10. The log holds it all, and anyone can prove it. */
async function proof({ client, say, keep }: Stage, contractId: string, as: Cast): Promise<void> {
  const found = await client.until('the proof of the trade', async () => {
    const response = await client.send(`GET /trades/${contractId}/proof`, { as: as.maker })
    return response.ok && response.text()
  })
  await keep('trade.tlog-proof', found)
  const vkey = (await (await client.send('GET //log/vkey')).text()).trim()
  await keep('log.vkey', `${vkey}\n`)
  const leaf = parseProof(found).extra
  expect(leaf !== undefined, 'the proof carries the entry that it proves')
  const { index, checkpoint } = verifyProof(found, leaf, parseVkey(vkey))
  const { type } = JSON.parse(Buffer.from(leaf).toString()) as { type: string }
  say(
    '10 日志 log',
    `${checkpoint.origin} 共 ${checkpoint.size} 条，第 ${index} 条 ${type} 的存在证明已用公钥核对：${client.url}/api/v1/trades/${contractId}/proof`,
  )
}

/** Tells one whole trade. @throws StoryError at the first thing that is not so */
export async function tellStory(telling: Telling): Promise<void> {
  const stage = await people(telling)
  const goods = await listing(stage)
  await search(stage, goods.productId)
  const sealed = await contract(stage, goods.productId)
  await supervision(stage, sealed.id)
  const order = await payment(stage, sealed.id)
  await delivery(stage, order.orderId, goods.digest)
  await settlement(stage, order)
  await proof(stage, sealed.id, stage.buyer)
}
