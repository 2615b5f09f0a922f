import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import QRCode from 'qrcode'
import t from 'tap'
import { openBrowser, watch } from '../support/browser.ts'
import { openExchange } from '../support/exchange.ts'
import { listedProduct } from '../support/offering.ts'
import { scenario, signedContract } from '../support/trade.ts'
import { listen } from '../support/web.ts'

const x = await openExchange(t)
const browser = await openBrowser(t)
const origin = await listen(x)
const folder = await mkdtemp(join(tmpdir(), 'jinshu-civic-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))

/** A registered trade with its certificate as a file. */
async function certificate() {
  const vendor = await x.organization(['vendor'])
  const buyer = await x.organization(['buyer'])
  const contract = await signedContract(x, { vendor, buyer })
  const opened = await x.until(async () => {
    const { items } = await x.ok('GET /registrations?limit=100', { as: x.operator.maker })
    return items.find((item: any) => item.contractId === contract.id)
  })
  await x.ok(`POST /registrations/${opened.id}/accept`, { as: x.operator.maker })
  const { number } = await x.ok(`POST /registrations/${opened.id}/pass`, { as: x.operator.checker })
  await x.until(async () => (await x.ok(`GET /verifications/${number}`)).document)
  const { bytes } = await x.call(`GET /registrations/${opened.id}/certificate`, { as: vendor.maker })
  const path = join(folder, `${number}.pdf`)
  await writeFile(path, bytes)
  const sealed = await x.until(async () => {
    const reply = await x.call(`GET /contracts/${contract.id}/pdf`, { as: vendor.maker })
    const known = reply.status === 200 && (await x.ok(`GET /verifications/${contract.number}`)).document
    return known && reply.bytes
  })
  const contractPath = join(folder, `${contract.number}.pdf`)
  await writeFile(contractPath, sealed)
  return {
    number: number as string,
    bytes,
    path,
    id: opened.id as string,
    vendor,
    contract: { id: contract.id as string, number: contract.number as string, path: contractPath, bytes: sealed },
  }
}

const paper = await certificate()

async function drop(path: string, around?: (page: import('playwright-core').Page) => Promise<void>) {
  const page = await browser.newPage({ locale: 'en' })
  const complaints = watch(page, origin)
  await around?.(page)
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('#file', path)
  const result = page.locator('[data-result]')
  await result.waitFor({ state: 'visible' })
  const words = (await result.locator('h2').textContent()) ?? ''
  const steps = await result.locator('li').allTextContents()
  await page.close()
  return { words, steps, complaints }
}

t.test('a genuine certificate is proved genuine in the browser, step by step', async t => {
  const { words, steps, complaints } = await drop(paper.path)
  t.equal(words, 'Genuine')
  t.equal(steps.filter(step => step.includes('✓')).length, 6, steps.join('\n'))
  t.notMatch(steps.join(), /✗/)
  t.same(complaints, [])
})

t.test('a browser that was here before finds out another log key, and a log that became shorter', async t => {
  const context = await browser.newContext({ locale: 'en' })
  const page = await context.newPage()
  const check = async () => {
    await page.goto(`${origin}/verify`)
    await page.setInputFiles('#file', paper.path)
    const result = page.locator('[data-result]')
    await result.waitFor({ state: 'visible' })
    return {
      words: await result.locator('h2').textContent(),
      steps: (await result.locator('li').allTextContents()).join('\n'),
    }
  }
  t.match((await check()).steps, /✓ passed the log’s key is seen here for the first time/)
  const again = await check()
  t.equal(again.words, 'Genuine')
  t.match(again.steps, /✓ passed the log’s key is the one that this browser saw before/)
  t.match(again.steps, /✓ passed the log is no shorter/)
  const pretend = (change: object) =>
    page.evaluate(change => {
      const kept = JSON.parse(localStorage.getItem('jinshu-log')!)
      localStorage.setItem('jinshu-log', JSON.stringify({ ...kept, ...change }))
    }, change)
  await pretend({ size: 1e9 })
  const shorter = await check()
  t.equal(shorter.words, 'Not proved')
  t.match(shorter.steps, /✗ failed the log is no shorter/)
  await pretend({ size: 1, vkey: 'localhost:3000+00000000+AAAA' })
  const other = await check()
  t.equal(other.words, 'Not proved')
  t.match(other.steps, /✗ failed the log’s key is the one/)
  await context.close()
})

t.test('a certificate in which one byte was changed is altered', async t => {
  const changed = Buffer.from(paper.bytes)
  const at = Math.floor(changed.length / 2)
  changed[at] = changed[at]! ^ 1
  const path = join(folder, 'changed.pdf')
  await writeFile(path, changed)
  t.equal((await drop(path)).words, 'Altered')
  const unknown = join(folder, 'unknown.pdf')
  await writeFile(unknown, '%PDF-1.7 nothing of ours')
  t.equal((await drop(unknown)).words, 'Not issued')
})

t.test('a server that lies about what it recorded is found out by the browser', async t => {
  const other = await x.ok(`GET /verifications/${paper.number}`)
  const forged = join(folder, 'forged.pdf')
  await writeFile(forged, '%PDF-1.7 a forgery')
  const { createHash } = await import('node:crypto')
  const digest = createHash('sha256').update('%PDF-1.7 a forgery').digest('hex')
  const record = JSON.stringify({ ...JSON.parse(other.document.record), sha256: digest })
  const lies = [
    { ...other, verdict: 'genuine', documentSha256: digest },
    { ...other, verdict: 'genuine', documentSha256: digest, document: { ...other.document, record } },
  ]
  for (const lie of lies) {
    const { words, steps } = await drop(forged, page =>
      page.route('**/api/v1/verified-documents/*', route => route.fulfill({ json: lie })).then(() => undefined),
    )
    t.not(words, 'Genuine')
    t.match(steps.join(), /✗/)
  }
  const { words, steps } = await drop(paper.path, async page => {
    await page.route('**/proof', async route => {
      const answer = await (await route.fetch()).text()
      await route.fulfill({ body: answer.replace(/^index (\d+)$/m, (_, n) => `index ${Number(n) ^ 1}`) })
    })
  })
  t.equal(words, 'Not proved', 'a proof of another place')
  t.match(steps.join(), /✗ failed the entry is in the Merkle tree/)
})

t.test('without scripts the typed number and the file are checked by the server', async t => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${origin}/verify`)
  await page.getByLabel('Number of a registration').focus()
  await page.keyboard.type(paper.number.toLowerCase())
  await page.keyboard.press('Enter')
  await page.waitForURL(`${origin}/verify/${paper.number}`)
  t.match(await page.textContent('h1'), /Genuine/)
  const proof = await page.getByRole('link', { name: 'trade.tlog-proof' }).getAttribute('href')
  t.match(await (await fetch(origin + proof)).text(), /^c2sp\.org\/tlog-proof@v1\n/)
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('#file', paper.path)
  await page.getByRole('button', { name: 'Check' }).click()
  await page.waitForURL(/sha256=/)
  t.match(await page.textContent('h1'), /Genuine/)
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('#file', join(folder, 'changed.pdf'))
  await page.getByRole('button', { name: 'Check' }).click()
  await page.waitForURL(/sha256=/)
  t.match(await page.textContent('h1'), /Altered/, 'it still names its number')
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('#file', join(folder, 'unknown.pdf'))
  await page.getByRole('button', { name: 'Check' }).click()
  t.match(await page.getByRole('alert').textContent(), /No such file was issued/)
  await page.getByLabel('Number of a registration').fill('140100-RG-2026-00000001-Q')
  await page.keyboard.press('Enter')
  await page.waitForURL(/number=140100/)
  t.match(await page.getByRole('alert').textContent(), /No such number was issued/)
  t.equal(await page.getByLabel('Number of a registration').inputValue(), '140100-RG-2026-00000001-Q', 'kept')
  await context.close()
})

t.test('the public statistics tell no single price', async t => {
  const found = await x.ok('GET /statistics')
  t.ok(found.total.trades >= 1)
  t.equal(found.total.amountFen, null, 'fewer than three')
  const csv = await x.call('GET //statistics.csv')
  t.match(csv.text, /^\uFEFFdimension,key/)
  t.notMatch(csv.text, /[1-9]\d*\.\d\d/)
})

t.test('a revoked certificate is revoked, however genuine the file', async t => {
  await x.ok(`POST /registrations/${paper.id}/cancel`, {
    as: paper.vendor.checker,
    body: { reason: '双方协商一致终止交易' },
  })
  const { words, steps } = await drop(paper.path)
  t.equal(words, 'Revoked')
  t.match(steps.join(), /✗ failed the exchange’s record shows no cancellation/)
})

t.test('a sealed contract is proved by its PDF, altered by one byte, and terminated with its contract', async t => {
  const { contract } = paper
  const genuine = await drop(contract.path)
  t.equal(genuine.words, 'Genuine')
  t.equal(genuine.steps.filter(step => step.includes('✓')).length, 6, genuine.steps.join('\n'))
  t.same(genuine.complaints, [])
  const changed = Buffer.from(contract.bytes)
  changed[changed.length >> 1]! ^= 1
  const path = join(folder, 'changed-contract.pdf')
  await writeFile(path, changed)
  t.equal((await drop(path)).words, 'Altered')
  const found = await x.ok(`GET /verifications/${contract.number}`)
  t.match(found, { kind: 'contract', verdict: 'genuine', state: 'performing', validUntil: null })
  t.match(found.buyer, /＊/)
  t.notMatch(JSON.stringify(found), /amount|scenario|purpose|textHash|1250000/, 'neither price nor terms')
  const page = await (await browser.newContext({ locale: 'en' })).newPage()
  await page.goto(`${origin}/verify/${contract.number}`)
  t.match(await page.textContent('main'), /Data trade contract[\s\S]*Being performed/)
  t.notMatch(await page.textContent('main'), /12,500|¥/)
  const verdict = page.locator('[data-result]')
  await page.setInputFiles('#file', paper.path)
  await verdict.getByRole('heading', { name: 'Another document' }).waitFor()
  t.match(await verdict.innerText(), new RegExp(`Number of the document: ${paper.number}`))
  t.match(await verdict.innerText(), /✗ failed the document’s number is the one asked about/)
  await page.setInputFiles('#file', contract.path)
  await verdict.getByRole('heading', { name: 'Genuine' }).waitFor()
  t.notMatch(await verdict.innerText(), /✗/, 'the document of this number')
  await page.close()
  await x.ok(`POST /contracts/${contract.id}/terminate`, {
    as: x.operator.checker,
    body: { reason: '双方协商一致解除合同' },
  })
  const ended = await drop(contract.path)
  t.equal(ended.words, 'Terminated')
  t.match(ended.steps.join(), /✗ failed the exchange’s record shows no cancellation, revocation or termination/)
})

t.test('a contract that is still negotiated is unknown to the public', async t => {
  const buyer = await x.organization(['buyer'])
  const product = await listedProduct(x, paper.vendor)
  const { number } = await x.ok('POST /contracts', {
    as: buyer.maker,
    body: { productId: product.id, purpose: '内部分析', scenario },
  })
  t.equal((await x.call(`GET /verifications/${number}`)).status, 404)
})

const address = `http://localhost:3000/verify/${paper.number}`

t.test('a photo of the code leads to its number, and one without a code says what to do', async t => {
  const page = await (await browser.newContext({ locale: 'en' })).newPage()
  const complaints = watch(page, origin)
  const seen: string[] = []
  page.on('request', request => seen.push(request.url()))
  await page.goto(`${origin}/verify`)
  t.notOk(
    seen.some(url => url.includes('qrdecode')),
    'the decoder is not fetched before it is needed',
  )
  const blank = await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 200 } })
  await page.setInputFiles('#code', { name: 'blank.png', mimeType: 'image/png', buffer: blank })
  await page.getByText('No code of this exchange was found').waitFor()
  const elsewhere = await QRCode.toBuffer('https://example.com/verify/else', { width: 400 })
  await page.setInputFiles('#code', { name: 'else.png', mimeType: 'image/png', buffer: elsewhere })
  await page.getByText('No code of this exchange was found').waitFor()
  const code = await QRCode.toBuffer(address, { width: 400 })
  await page.setInputFiles('#code', { name: 'code.png', mimeType: 'image/png', buffer: code })
  await page.waitForURL(`${origin}/verify/${paper.number}`)
  t.match(await page.textContent('h1'), new RegExp(paper.number))
  t.same(complaints, [])
  await page.close()
})

/** A film of one grey picture, as a browser's pretended camera shows it. */
function filmOf(text: string): Buffer {
  const { modules } = QRCode.create(text)
  const [width, height, scale] = [640, 480, Math.floor(400 / modules.size)]
  const luma = Buffer.alloc(width * height, 235)
  const [left, top] = [(width - modules.size * scale) >> 1, (height - modules.size * scale) >> 1]
  for (let y = 0; y < modules.size * scale; y += 1)
    for (let x = 0; x < modules.size * scale; x += 1)
      if (modules.get(Math.floor(y / scale), Math.floor(x / scale))) luma[(top + y) * width + left + x] = 16
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)])
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`), frame, frame])
}

t.test('the camera reads the code of a certificate', async t => {
  const film = join(folder, 'code.y4m')
  await writeFile(film, filmOf(address))
  const seeing = await openBrowser(t, [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ])
  const page = await seeing.newPage({ locale: 'en' })
  await page.goto(`${origin}/verify`)
  await page.getByRole('button', { name: 'Open the camera' }).click()
  await page.waitForURL(`${origin}/verify/${paper.number}`)
  t.match(await page.textContent('h1'), new RegExp(paper.number))
})

t.test('where the camera is refused, a photo is offered instead', async t => {
  const page = await (await browser.newContext({ locale: 'en', permissions: [] })).newPage()
  await page.goto(`${origin}/verify`)
  await page.getByRole('button', { name: 'Open the camera' }).click()
  await page.getByText('The camera cannot be used').waitFor()
  t.ok(await page.getByLabel('or choose a photo of the code').isVisible())
  await page.close()
})
