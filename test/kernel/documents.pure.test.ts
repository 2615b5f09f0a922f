import { createHash } from 'node:crypto'
import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import t, { type Test } from 'tap'
import { assertPrintable, findUnprintable } from '../../src/kernel/documents/fonts.ts'
import { breakLines } from '../../src/kernel/documents/lines.ts'
import { escapeMarkdown, markdownToHtml, readMarkdown } from '../../src/kernel/documents/markdown.ts'
import { renderPdf } from '../../src/kernel/documents/pdf.ts'
import { createRenderer } from '../../src/kernel/documents/renderer.ts'
import { createSealIdentity, sealPdf, verifySeal } from '../../src/kernel/documents/seal.ts'
import type { ContractSpec, NoticeSpec } from '../../src/kernel/documents/specs.ts'
import { loadTemplate, textHash } from '../../src/kernel/documents/template.ts'

const at = new Date('2026-05-06T06:05:00Z')
const digest = createHash('sha256').update('data').digest('hex')
const exchange = '山西数据交易服务中心'
const number = '140000-CT-2026-00000001-4'

function termsWith(changes: Record<string, unknown> = {}): Record<string, any> {
  return {
    parties: [
      { role: 'vendor', name: '山西云数科技有限公司', uscc: '91350100M000100Y43', division: '140100' },
      { role: 'buyer', name: '晋中智慧农业发展集团有限公司', uscc: '91440300708461136T', division: '140700' },
    ],
    product: {
      number: '140100-DP-2026-00000001-7',
      name: '城市逐日气象观测数据集',
      version: '1.0.0',
      contentHash: digest,
      rows: 1461,
      bytes: 48_219,
      format: 'CSV',
      columns: [
        { name: 'date', type: 'DATE', unit: '', meaning: '观测日期' },
        { name: 'temp_max', type: 'DOUBLE', unit: '℃', meaning: '日最高气温' },
        { name: 'weather', type: 'VARCHAR', meaning: '天气现象：雨、雪、雾' },
      ],
      coverage: { fromOn: '2012-01-01', toOn: '2015-12-31' },
    },
    rights: { kind: 'use', isExclusive: false, maySublicense: false, termMonths: 24, area: '中华人民共和国境内' },
    purpose: '农业气象模型的训练与验证',
    scenario: '农业生产服务平台',
    prohibitedUses: ['以原始形态公开发布'],
    price: { amountFen: '1234567', currency: 'CNY', planKind: 'one-off' },
    payment: { method: 'bank-transfer', dueWorkingDays: 5 },
    delivery: { mode: 'download', dueWorkingDays: 3 },
    acceptance: { periodWorkingDays: 5, isSilenceAcceptance: true, standard: '行数、字段与附件一致' },
    containsPersonalInfo: false,
    grade: 'general',
    sourceStatement: '自行采集并整理',
    dispute: { method: 'court', place: '甲方住所地' },
    signedPlace: '山西省太原市',
    effectiveCondition: 'signed',
    ...changes,
  }
}

const template = await loadTemplate('contracts', 'data-provision', '1.0.0')
const contextOf = (terms: unknown) => ({ contract: { number }, exchange: { name: exchange }, terms })
const markdownOf = (changes = {}) => template.render('zh-CN', contextOf(termsWith(changes)))

function specWith(changes: Partial<ContractSpec> = {}): ContractSpec {
  const markdown = changes.markdown ?? markdownOf()
  return {
    kind: 'contract',
    language: 'zh',
    markdown,
    title: template.meta.title.zh,
    label: template.meta.label.zh,
    number,
    issuer: exchange,
    subject: '城市逐日气象观测数据集',
    createdAt: at,
    cover: [{ label: '甲方（数据提供方）', value: '山西云数科技有限公司' }],
    signatures: [
      {
        label: '甲方（数据提供方）',
        organisation: '山西云数科技有限公司',
        signer: '王建国',
        signedAt: at,
        fingerprint: digest,
        value: 'A'.repeat(86),
      },
      { label: '乙方（数据接收方）', organisation: '晋中智慧农业发展集团有限公司' },
    ],
    verifyUrl: `https://verify.example.cn/verify/${number}`,
    ...changes,
  }
}

/** Expects a refusal with this problem type. */
async function refuses(t: Test, slug: string, work: () => unknown, zh?: RegExp) {
  try {
    await work()
    t.fail(`${slug} was not thrown`)
  } catch (error) {
    t.match(error, { type: { slug }, ...(zh && { detail: { zh } }) })
  }
}

async function read(pdf: Uint8Array) {
  const task = getDocument({ data: new Uint8Array(pdf), verbosity: 0 })
  const document: PDFDocumentProxy = await task.promise
  const pages: string[] = []
  let annotations = 0
  for (let i = 1; i <= document.numPages; i++) {
    const page = await document.getPage(i)
    const content = await page.getTextContent()
    pages.push(content.items.map(item => ('str' in item ? item.str : '')).join(''))
    annotations += (await page.getAnnotations()).length
  }
  const [outline, scripts, action] = await Promise.all([
    document.getOutline(),
    document.getJSActions(),
    document.getOpenAction(),
  ])
  await task.destroy()
  return { pages, annotations, outline, scripts, action }
}

/** Text without white space, and without what runs at the head and foot of pages, so that it compares as one stream. */
const squeeze = (value: string): string => value.replace(/\s+/g, '')
function bodyOf(pages: readonly string[]): string {
  return pages
    .slice(1)
    .map(page =>
      squeeze(page)
        .replace(squeeze(`数据提供合同合同编号 ${number}`), '')
        .replace(/正文摘要[0-9a-f]{16}…第\d+页共\d+页$/, ''),
    )
    .join('')
}

t.test('a contract prints its whole text in order, with the amount in capitals, and numbers its pages', async t => {
  const markdown = markdownOf()
  const pdf = await renderPdf(specWith({ markdown }))
  const { pages, annotations, outline, scripts, action } = await read(pdf)
  const words = readMarkdown(markdown)
    .flatMap(block => (block.kind === 'table' ? [block.head, ...block.rows].flat() : [block]).map(part => part.runs))
    .map(runs => squeeze(runs.map(run => run.text).join('')))
  const body = bodyOf(pages)
  let from = 0
  for (const part of words) {
    // A table's head is repeated where the table goes on, so only the order of first occurrences is fixed.
    const found = body.indexOf(part, from)
    if (found < 0) t.fail(`missing or out of order: ${part.slice(0, 60)}`)
    else from = found
  }
  t.match(body, '人民币壹万贰仟叁佰肆拾伍元陆角柒分（¥12,345.67）')
  pages.forEach((page, i) => {
    t.ok(squeeze(page).includes(`第${i + 1}页共${pages.length}页`), `page ${i + 1} says so`)
  })
  t.match(squeeze(pages[0] ?? ''), /本合同文本参照国家数据局、市场监管总局2025年发布的《数据提供合同（示范文本）》结构/)
  t.match(squeeze(pages.at(-1) ?? ''), squeeze(textHash(markdown)))
  t.match(squeeze(pages.at(-1) ?? ''), '2026年5月6日14:05:00（北京时间）')
  t.ok(outline.some((entry: { title: string }) => entry.title === '第七条 数据验收'))
  t.equal(annotations, 0)
  t.equal(scripts, null)
  t.equal(action, null)
  const raw = pdf.toString('latin1')
  t.notMatch(raw, /\/(JS|JavaScript|OpenAction|URI|Launch|EmbeddedFile)\b/)
  t.match(raw, /\/FontFile2/)
  t.match(raw, /\/ToUnicode/)
  t.notMatch(raw, /\/(Helvetica|Times)/, 'no font is left to the reader')
})

t.test('the same document gives the same bytes, in this thread and in the renderer’s', async t => {
  const spec = specWith()
  const [one, two] = await Promise.all([renderPdf(spec), renderPdf(spec)])
  t.ok(one.equals(two))
  const renderer = createRenderer()
  const [three, four] = await Promise.all([renderer.render(spec), renderer.render(spec)])
  t.ok(one.equals(three) && one.equals(four))
  t.notOk(one.equals(await renderer.render(specWith({ createdAt: new Date(at.getTime() + 1000) }))))
  await refuses(t, 'missing-glyph', () => renderer.render(specWith({ title: '合同☑' })))
  await renderer.close()
  await refuses(t, 'unavailable', () => renderer.render(spec))
})

t.test('a thread that breaks down or hangs costs its document and no other', async t => {
  const source = `import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ id, spec }) => {
      if (spec === 'crash') process.exit(3)
      if (spec === 'throw') throw new Error('broken')
      if (spec === 'hang') for (;;);
      parentPort.postMessage({ id, pdf: Buffer.from('ok') })
    })`
  const renderer = createRenderer({
    workerUrl: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    timeout: 2500,
  })
  const outcomes = await Promise.allSettled(
    ['fine', 'crash', 'fine', 'throw', 'hang', 'fine'].map(word => renderer.render(word as never)),
  )
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  await renderer.close()
})

t.test('a character that the font lacks is refused with its name and place, never printed as a blank', async t => {
  await refuses(
    t,
    'missing-glyph',
    () => renderPdf(specWith({ markdown: '# 合同\n\n甲方：𠮷野家\n' })),
    /正文第 3 行.*𠮷.*U\+20BB7/,
  )
  for (const hidden of ['\u202e', '\u2066', '\u200b', '\u0007', '\u2028'])
    await refuses(t, 'forbidden-character', () => renderPdf(specWith({ subject: `数据${hidden}集` })))
  await refuses(t, 'missing-glyph', () => assertPrintable('☐', '标题'))
  t.equal(findUnprintable('王喆 䶮 㙓 鿍 temp_max ¥12 “好”'), undefined)
  const errors = template.validate(
    termsWith({ signedPlace: '太\u202e原', prohibitedUses: ['正常', '☑'], sourceStatement: '第一行\r\n第二行' }),
  )
  t.same(
    errors.map(error => error.pointer),
    ['/prohibitedUses/1', '/signedPlace'],
  )
})

t.test('a template answers one error a field with its words and its remedy', async t => {
  t.same(template.validate(termsWith()), [])
  const { purpose: _, ...terms } = termsWith({
    price: { amountFen: '12.5', currency: 'USD', planKind: 'one-off' },
    grade: 'core',
    extra: 1,
    effectiveCondition: 'on-date',
  })
  terms.parties[0].uscc = 'x'
  const errors = template.validate(terms)
  t.same(errors.map(error => error.pointer).sort(), [
    '/effectiveOn',
    '/extra',
    '/grade',
    '/parties/0/uscc',
    '/price/amountFen',
    '/price/currency',
    '/purpose',
  ])
  t.ok(errors.every(error => error.message.zh && error.message.en && error.remedy?.zh && error.remedy.en))
  t.match(
    errors.find(error => error.pointer === '/purpose'),
    { message: { zh: '使用目的没有填写', en: 'purpose is missing' } },
  )
  await refuses(t, 'invalid-input', () => template.render('zh-CN', contextOf(terms)))
  t.match(
    template.validate(termsWith({ price: { amountFen: '100', currency: 'CNY', planKind: 'free' } })),
    [{ pointer: '/price/amountFen' }],
    'a free product has no price',
  )
  t.throws(() => template.render('zh-CN', { terms: termsWith() }), /undefined variable/, 'nothing is left blank')
  await t.rejects(loadTemplate('contracts', '../../fonts', '1.0.0'))
  t.match(template.hash, /^[0-9a-f]{64}$/)
})

t.test('every choice of the terms has its words, in both languages', async t => {
  const variants = [
    { price: { amountFen: '0', currency: 'CNY', planKind: 'free' } },
    { containsPersonalInfo: true, personalInfoBasis: '个人单独同意', grade: 'important' },
    { containsPersonalInfo: true, dispute: { method: 'arbitration', place: '太原仲裁委员会' } },
    { effectiveCondition: 'on-date', effectiveOn: '2026-06-01', prohibitedUses: [] },
    ...['holding', 'operating'].map(kind => ({
      rights: { kind, isExclusive: true, maySublicense: true, termMonths: 1, area: '山西省' },
      acceptance: { periodWorkingDays: 1, isSilenceAcceptance: false, standard: '试用合格。' },
    })),
    ...['api', 'sandbox', 'offline'].map(mode => ({ delivery: { mode, dueWorkingDays: 1 } })),
  ]
  for (const variant of variants)
    for (const language of ['zh-CN', 'en'] as const) {
      const markdown = template.render(language, contextOf(termsWith(variant)))
      t.notMatch(markdown, /\{[{%]|[：:] *[；;。]|以[，。]|。。|\n{3}/)
      t.notMatch(markdown, /undefined|null/)
      const clauses = [...markdown.matchAll(/^(\d+)\.(\d+) /gm)].map(found => [Number(found[1]), Number(found[2])])
      clauses.slice(1).forEach(([article, clause], i) => {
        const [before, last] = clauses[i] ?? []
        const follows = article === before ? clause === (last ?? 0) + 1 : article === (before ?? 0) + 1 && clause === 1
        if (!follows) t.fail(`clause ${article}.${clause} does not follow ${before}.${last}`)
      })
    }
  t.match(markdownOf(variants[0]), '人民币零元整（¥0.00）')
  t.match(markdownOf(variants[3]), '于2026年6月1日生效')
  t.match(
    markdownOf({ acceptance: { periodWorkingDays: 5, isSilenceAcceptance: false, standard: '合格' } }),
    /不视为验收合格/,
  )
})

t.test('what stands in a value is shown literally: no Liquid, no Markdown, no HTML, no PDF', async t => {
  const hostile = [
    '{{ contract.number }}{% assign x = 1 %}',
    '**粗** _斜_ `码` # 题 | 格 | ~~删~~',
    '<script>alert(1)</script>&amp;<b>',
    '[链接](javascript:alert(1)) ![图](http://a.cn/x) http://a.cn',
    ') >> endobj stream endstream /JS (x) << /OpenAction',
    '\\) \\\\ \\n',
    '1. 一',
    '- 项',
    '+ 项',
    '= 等',
    '第一行\n\n# 第二行\n| a | b |',
  ]
  const all = hostile.join(' ')
  const markdown = markdownOf({ sourceStatement: all, prohibitedUses: hostile, purpose: hostile[4] })
  const shown = await read(await renderPdf(specWith({ markdown, subject: all, issuer: hostile[4] ?? '' })))
  const body = squeeze(bodyOf(shown.pages))
  hostile.forEach((value, i) => {
    t.ok(body.includes(squeeze(`（${i + 1}）${value}；`)), `${value} is shown as it is`)
    t.same(
      readMarkdown(escapeMarkdown(value)).map(block => block.kind),
      ['paragraph'],
    )
  })
  t.ok(body.includes(squeeze(all)))
  t.equal(markdownToHtml(`甲 ${escapeMarkdown('<b>&**x**')}`), '<p>甲 &lt;b&gt;&amp;**x**</p>\n')
  t.equal(markdownToHtml('<img src=x onerror=1>'), '<p>&lt;img src=x onerror=1&gt;</p>\n')
  const long = '长'.repeat(10_000)
  const { pages } = await read(
    await renderPdf(
      specWith({
        markdown: `# 合同\n\n甲方：${long}\n\n| 事项 | ${long} |\n|---|---|\n| ${long} | b |\n\n尾声\n`,
        subject: long,
        issuer: long,
        cover: [{ label: '甲方', value: 'W'.repeat(10_000) }],
        signatures: [{ label: '甲方', organisation: long }],
      }),
    ),
  )
  t.ok(pages.length > 20 && pages.length < 400)
  t.match(bodyOf(pages), '尾声')
})

t.test('lines neither begin with a closing mark nor end with an opening one, and keep within their width', async t => {
  const sample = '甲方（以下称“提供方”），依照《数据安全法》《个人信息保护法》向乙方提供数据，价款为 12,345.67 元；'
  for (let width = 60; width < 300; width += 7) {
    const lines = breakLines([{ text: sample.repeat(3), isBold: false }], { size: 10, width })
    for (const line of lines) {
      const text = line.segments.map(segment => segment.text).join('')
      t.notMatch(text, /^[，。；：）》”]|[（《“]$/)
      t.ok(line.width <= width + 0.01, `${line.width} ≤ ${width}`)
    }
    t.equal(
      squeeze(lines.map(line => line.segments.map(segment => segment.text).join('')).join('')),
      squeeze(sample.repeat(3)),
    )
  }
})

t.test('a seal holds while the file is whole; any changed or added byte is found', async t => {
  const identity = await createSealIdentity({ organisation: exchange, now: at })
  const pdf = await renderPdf(specWith())
  const input = { reason: '合同封存 (<< /JS >>) )', location: '山西省太原市', signedAt: at }
  const sealed = await sealPdf(pdf, identity, input)
  t.same(verifySeal(sealed), {
    isIntact: true,
    coversWholeFile: true,
    signer: exchange,
    signedAt: at,
    fingerprint: identity.fingerprint,
  })
  t.ok(sealed.equals(await sealPdf(pdf, identity, input)), 'sealing again gives the same bytes')
  t.ok(
    sealed.subarray(0, pdf.length - 1).equals(pdf.subarray(0, -1)),
    'the sealed pages are the bytes that were rendered',
  )
  t.equal((await read(pdf)).pages.join(), (await readSealed(sealed)).join())

  const from = pdf.length
  const places = [10, 1000, from - 20, ...Array.from({ length: 60 }, (_, i) => from + i * 290), sealed.length - 3]
  for (const place of places.filter(place => place < sealed.length)) {
    const changed = Buffer.from(sealed)
    changed[place] = (changed[place] ?? 0) ^ 1
    const { isIntact, coversWholeFile } = verifySeal(changed)
    if (isIntact && coversWholeFile) t.fail(`a changed byte at ${place} was not found`)
  }
  const appended = verifySeal(Buffer.concat([sealed, Buffer.from('\n%%EOF\n')]))
  t.match(appended, { isIntact: true, coversWholeFile: false })
  t.match(verifySeal(pdf), { isIntact: false, signer: undefined })
  t.match(verifySeal(Buffer.from('/ByteRange [0 1 2 3]')), { isIntact: false })

  const other = await createSealIdentity({ organisation: exchange, now: at })
  t.not(verifySeal(await sealPdf(pdf, other, input)).fingerprint, identity.fingerprint, 'another key shows')
  await t.rejects(sealPdf(pdf, { p12: Buffer.from(identity.p12), passphrase: 'wrong' }, input))
})

async function readSealed(pdf: Buffer): Promise<string[]> {
  const task = getDocument({ data: new Uint8Array(pdf), verbosity: 0 })
  const document = await task.promise
  const fields = await document.getFieldObjects()
  t.match(fields, { Signature1: [{ type: 'signature' }] })
  const pages: string[] = []
  for (let i = 1; i <= document.numPages; i++) {
    const { items } = await (await document.getPage(i)).getTextContent()
    pages.push(items.map(item => ('str' in item ? item.str : '')).join(''))
  }
  await task.destroy()
  return pages
}

t.test('certificates and receipts print every fact on one page, in both languages', async t => {
  const vendor = { name: '山西云数科技有限公司', uscc: '91350100M000100Y43' }
  const buyer = { name: '晋中智慧农业发展集团有限公司', uscc: '91440300708461136T' }
  const product = { number: '140100-DP-2026-00000001-7', name: '城市逐日气象观测数据集', version: '1.0.0' }
  const contract = { number, textHash: digest }
  const documents: Record<string, Record<string, unknown>> = {
    'registration-certificate': {
      exchange,
      number: '140000-RG-2026-00000001-9',
      product: { ...product, contentHash: digest },
      vendor,
      buyer,
      rights: '数据使用权，非排他，24 个月，中华人民共和国境内',
      contract,
      registeredOn: '2026-05-12',
      validUntilOn: '2029-05-11',
    },
    'filing-receipt': {
      applicant: vendor.name,
      filedAt: '2026-05-13T02:11:45Z',
      number: '140000-BA-2026-00000001-3',
      isOnVenue: true,
      authority: '太原市数据局',
      division: '太原市（140100）',
      product,
      vendor,
      buyer,
      contract,
      rulePack: 'national-2025',
      materials: ['数据提供合同（已签章）', '交易登记证书', '数据来源声明'].map(name => ({ name, hash: digest })),
    },
    'delivery-receipt': {
      exchange,
      number: '140000-DD-2026-00000001-3',
      orderNumber: '140000-DD-2026-00000001-3',
      product,
      vendor,
      buyer,
      contract: { number },
      deliveredAt: '2026-05-14T02:11:45Z',
      files: [{ name: 'seattle-weather.csv', bytes: 48_219, hash: digest }],
    },
  }
  for (const [code, terms] of Object.entries(documents)) {
    const notice = await loadTemplate('documents', code, '1.0.0')
    t.same(notice.validate(terms), [])
    for (const language of ['zh', 'en'] as const) {
      const spec: NoticeSpec = {
        kind: notice.meta.kind === 'certificate' ? 'certificate' : 'receipt',
        language,
        markdown: notice.render(language === 'en' ? 'en' : 'zh-CN', { terms }),
        title: notice.meta.title[language],
        number: String(terms.number),
        issuer: exchange,
        issuedOn: '2026年5月14日',
        createdAt: at,
        codes: [{ caption: '扫码查验', value: `https://verify.example.cn/verify/${String(terms.number)}` }],
      }
      const { pages } = await read(await renderPdf(spec))
      t.equal(pages.length, 1, `${code} in ${language} stands on one page`)
      const shown = squeeze(pages.join(''))
      for (const fact of [spec.title, spec.number, vendor.name, buyer.uscc, product.name, number, exchange])
        t.ok(shown.includes(squeeze(fact)), `${code} shows ${fact}`)
    }
  }
})
