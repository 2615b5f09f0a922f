import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { toMermaid } from '../../src/kernel/machine.ts'
import { rulesAt } from '../../src/kernel/rulepack.ts'
import { documentTokens, documentWords, normalise, parseQuery, titleKey, toTsquery } from '../../src/kernel/words.ts'
import { factsOf } from '../../src/modules/catalog/facts.ts'
import { unknownCodes } from '../../src/modules/catalog/findings.ts'
import { leadPlan, listingMachine, mayResume, type ProductContent } from '../../src/modules/catalog/model.ts'
import { type PrecheckInput, precheck } from '../../src/modules/catalog/precheck.ts'
import { isCitizenId, suspectColumns } from '../../src/modules/catalog/suspicion.ts'
import {
  mergeNotes,
  noteErrors,
  publicColumns,
  publicSample,
  tidyFileName,
  versionMachine,
} from '../../src/modules/data/model.ts'
import type { DataVersion } from '../../src/modules/data/queries.ts'
import { productContent } from '../support/offering.ts'

const rules = rulesAt(new Date('2026-06-01T00:00:00Z'))
const column = (name: string, more: Partial<DataVersion['columns'][number]> = {}) => ({
  name,
  type: 'text' as const,
  nullCount: 0,
  distinctCount: 2,
  min: 'a',
  max: 'b',
  example: 'a',
  ...more,
})
const data: DataVersion = {
  id: '00000000-0000-7000-8000-000000000001',
  organizationId: '00000000-0000-7000-8000-000000000002',
  fileName: 'air.csv',
  sha256: 'a'.repeat(64),
  bytes: 100,
  rows: 2,
  format: 'csv',
  encoding: 'UTF-8',
  columns: [column('日期'), column('pm25', { meaning: '细颗粒物浓度', nullCount: 1 })],
  timeRange: { column: '日期', from: '2026-01-01', to: '2026-01-02' },
  divisions: ['140100'],
  sample: [
    ['a', '13812345678'],
    ['b', null],
  ],
  isConfirmed: true,
  state: 'confirmed',
}
const content: ProductContent = {
  isExclusive: false,
  mayResell: false,
  sourceEvidence: null,
  importantDataApproval: null,
  personalInfoBasis: null,
  personalInfoNotice: null,
  separateConsentEvidence: null,
  isPublicData: false,
  isCrossBorder: false,
  deliveryMode: 'download',
  isSilenceAcceptance: null,
  qualityNote: null,
  complianceOpinion: null,
  registrationCertificateNo: null,
  dataVersionId: data.id,
  ...productContent,
}
const plans = [{ id: 'p', code: 'standard', version: 1, kind: 'one-off' as const, amountFen: 100n }]
const clean: PrecheckInput = { content, data: { ...data, sample: [] }, plans, rules }
const errorsWith = (change: Partial<ProductContent>, more: Partial<PrecheckInput> = {}) =>
  precheck({ ...clean, ...more, content: { ...content, ...change } }).errors.map(e => e.pointer)

t.test('a complete product passes the pre-check without a warning', async t => {
  const { errors, warnings } = precheck({
    ...clean,
    data: { ...data, sample: [], columns: [column('日期', { meaning: '日期' })] },
  })
  t.same(errors, [])
  t.same(warnings, [])
})

t.test('each rule of submission names its field and the remedy', async t => {
  const cases: [string, Partial<ProductContent>, string[], Partial<PrecheckInput>?][] = [
    ['a name without Chinese', { nameZh: 'Air' }, ['/nameZh']],
    ['no abstract', { abstract: null }, ['/abstract']],
    ['an abstract that says nothing', { abstract: '数据' }, ['/abstract']],
    ['no type', { type: null }, ['/type']],
    ['a type that cannot be downloaded', { type: 'api' }, ['/type']],
    ['no industry', { industry: null }, ['/industry']],
    ['a theme the rule pack does not have', { theme: 'moon' }, ['/theme']],
    ['no right', { rightsKind: null }, ['/rightsKind']],
    ['a licence without a term', { termMonths: null }, ['/termMonths']],
    ['a transfer of holding without a term', { rightsKind: 'holding', termMonths: null }, []],
    ['no area', { area: '' }, ['/area']],
    ['resale of a mere right to use', { mayResell: true }, ['/mayResell']],
    ['no purpose allowed', { purposesAllowed: [] }, ['/purposesAllowed']],
    ['no purpose prohibited', { purposesProhibited: [] }, ['/purposesProhibited']],
    ['no source category', { sourceCategory: null }, ['/sourceCategory']],
    ['no statement of source', { sourceStatement: null }, ['/sourceStatement']],
    ['a blank statement of source', { sourceStatement: '   ' }, ['/sourceStatement']],
    ['a purchase without evidence', { sourceCategory: 'purchased' }, ['/sourceEvidence']],
    ['a licence with evidence', { sourceCategory: 'licensed', sourceEvidence: '授权书 2026-1' }, []],
    ['public data that is not marked', { sourceCategory: 'public' }, ['/isPublicData']],
    ['no grade', { grade: null }, ['/grade']],
    ['core data', { grade: 'core' }, ['/grade']],
    ['core data even with an approval', { grade: 'core', importantDataApproval: '批准 1 号' }, ['/grade']],
    ['important data without approval', { grade: 'important' }, ['/importantDataApproval']],
    ['important data with approval', { grade: 'important', importantDataApproval: '晋数函〔2026〕1号' }, []],
    [
      'important data across the border',
      { grade: 'important', importantDataApproval: '一号文', isCrossBorder: true },
      ['/isCrossBorder'],
    ],
    ['no answer on personal information', { containsPersonalInfo: null }, ['/containsPersonalInfo']],
    [
      'personal information without basis',
      { containsPersonalInfo: true },
      ['/personalInfoBasis', '/personalInfoNotice'],
    ],
    [
      'consent without evidence of separate consent',
      { containsPersonalInfo: true, personalInfoBasis: 'consent', personalInfoNotice: '已在用户协议中逐项告知' },
      ['/separateConsentEvidence'],
    ],
    [
      'a contract as the basis',
      { containsPersonalInfo: true, personalInfoBasis: 'contract', personalInfoNotice: '已在用户协议中逐项告知' },
      [],
    ],
    ['no update frequency', { updateFrequency: null }, ['/updateFrequency']],
    ['no acceptance standard', { acceptanceStandard: null }, ['/acceptanceStandard']],
    ['delivery that is not open', { deliveryMode: 'sharing' }, ['/deliveryMode']],
    ['no data', { dataVersionId: null }, ['/dataVersionId'], { data: undefined }],
    ['unconfirmed data', {}, ['/dataVersionId'], { data: { ...data, isConfirmed: false } }],
    ['data without rows', {}, ['/dataVersionId'], { data: { ...data, rows: 0 } }],
    ['a column that says nothing', {}, ['/columns/a~1b/meaning'], { data: { ...data, columns: [column('a/b')] } }],
    ['no price', {}, ['/plans'], { plans: [] }],
  ]
  for (const [name, change, expected, more] of cases) t.same(errorsWith(change, more), expected, name)
  const everything = precheck({
    content: {
      ...content,
      ...Object.fromEntries(Object.keys(productContent).map(k => [k, null])),
      keywords: [],
      purposesAllowed: [],
      purposesProhibited: [],
      nameZh: '',
    },
    data: undefined,
    plans: [],
    rules,
  })
  t.ok(everything.errors.length > 15, 'one run tells everything that is missing')
  for (const e of [...everything.errors, ...everything.warnings])
    t.ok(e.message.zh && e.message.en && e.remedy?.zh && e.remedy.en, e.pointer)
})

t.test('the pre-check warns of what a reviewer should look at', async t => {
  const pointers = (change: Partial<ProductContent>, more: Partial<PrecheckInput> = {}) =>
    precheck({ ...clean, ...more, content: { ...content, ...change } }).warnings.map(w => w.pointer)
  t.ok(pointers({}).includes('/columns/日期/meaning'), 'a Chinese column name may stand for its meaning')
  t.ok(pointers({ nameEn: null }).includes('/nameEn'))
  t.ok(pointers({ isPublicData: true, sourceCategory: 'public' }).includes('/registrationCertificateNo'))
  t.ok(pointers({}, { data }).includes('/containsPersonalInfo'), 'a sample full of phone numbers')
  t.notOk(pointers({ containsPersonalInfo: true }, { data }).includes('/containsPersonalInfo'))
})

t.test('personal numbers are known by their form and check', async t => {
  t.ok(isCitizenId('11010519491231002X'))
  t.notOk(isCitizenId('110105194912310021'))
  t.notOk(isCitizenId('110105194913310023'))
  const found = suspectColumns({
    columns: [column('证件'), column('数值'), column('邮箱')],
    sample: [
      ['11010519491231002X', '13.5', 'a@b.cn'],
      ['440524188001010014', '14', null],
    ],
  })
  t.same(
    found.map(f => f.name),
    ['邮箱'],
  )
})

t.test('codes that the rule pack does not have are refused in a draft', async t => {
  t.same(unknownCodes({ type: 'dataset', industry: 'M', grade: 'general' }, rules), [])
  t.same(
    unknownCodes({ type: 'x', industry: 'ZZ', theme: null, grade: 'secret' }, rules).map(e => e.pointer),
    ['/type', '/industry', '/grade'],
  )
})

t.test('facts are computed from the data, and sensitive values stay hidden', async t => {
  const facts = factsOf(data)
  t.equal(facts.completenessPpm, 750_000)
  t.same(facts.coverage, { timeFrom: '2026-01-01', timeTo: '2026-01-02', divisions: ['140100'] })
  const columns = [column('日期'), column('pm25', { isSensitive: true })]
  t.same(publicSample(data.sample, columns), [
    ['a', '***'],
    ['b', null],
  ])
  t.same(publicColumns(columns)[1], { ...columns[1], min: null, max: null, example: null })
})

t.test('notes are laid over notes, and only columns of the file take them', async t => {
  const first = mergeNotes({}, [{ name: '日期', unit: ' 日 ', meaning: '观测日期' }])
  t.same(first, { 日期: { unit: '日', meaning: '观测日期', isSensitive: false } })
  t.same(mergeNotes(first, [{ name: '日期', unit: '', isSensitive: true }]), {
    日期: { meaning: '观测日期', isSensitive: true },
  })
  t.same(
    noteErrors(data.columns, [{ name: '日期' }, { name: '日期' }, { name: '__proto__' }]).map(e => e.pointer),
    ['/columns/1/name', '/columns/2/name'],
  )
  t.equal(tidyFileName('C:\\数据\\空气\u202e质量\u0000.csv'), '空气质量.csv')
})

t.test('the cheapest plan stands for the product, and a suspension binds those below', async t => {
  const plan = (code: string, amountFen: bigint) => ({
    id: code,
    code,
    version: 1,
    kind: 'one-off' as const,
    amountFen,
  })
  t.equal(leadPlan([plan('b', 5n), plan('a', 5n), plan('c', 9n)])?.code, 'a')
  t.equal(leadPlan([]), undefined)
  t.ok(mayResume('authority', 'operator'))
  t.ok(mayResume('vendor', 'vendor'))
  t.notOk(mayResume('vendor', 'operator'))
  t.notOk(mayResume('operator', 'authority'))
})

t.test('a query is cut as the text is', async t => {
  t.same(parseQuery('  '), undefined)
  t.same(parseQuery('、，'), [{ word: '、,', tokens: [] }])
  t.equal(normalise('ＰＭ２.５　Ａir'), 'pm2.5 air')
  t.equal(toTsquery(parseQuery('长三角 Air')!), "'长三' & '三角' & 'air':*")
  t.same(documentTokens(['三角'], ['Air data']), ['air', 'data', '三角', '角'])
  t.ok(parseQuery(Array.from({ length: 50 }, (_, i) => `词${i}`).join(' '))!.length <= 8)
})

t.test('any part of a title meets all conditions of a query for it', async t => {
  const piece = fc.constantFrom(...'空气质量数据太原市晋中路网𠮷', 'PM2.5', 'Air', 'É', 'ＡＢ', ' ', '（', '-', '7')
  const title = fc.array(piece, { minLength: 3, maxLength: 14 }).map(parts => parts.join(''))
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(title, fc.nat(), fc.nat(), (name, from, length) => {
        const characters = [...name]
        const start = from % (characters.length - 1)
        const part = characters.slice(start, start + 2 + (length % characters.length)).join('')
        const query = parseQuery(part)
        if (!query) return
        const tokens = documentTokens([name], [])
        const words = documentWords([name], [])
        for (const { word } of query) if (!words.includes(word)) throw new Error(`${word} is not in ${words}`)
        for (const { token, isPrefix } of query.flatMap(term => term.tokens))
          if (!tokens.some(one => (isPrefix ? one.startsWith(token) : one === token)))
            throw new Error(`${token} is not of ${tokens}`)
      }),
      { numRuns: 500 },
    ),
  )
})

t.test('titles sort by letter, then by pinyin', async t => {
  const sorted = ['太原', '阿里', '北京', '2026', 'abc', '晋数', '𠮷野'].sort((a, b) =>
    titleKey(a) < titleKey(b) ? -1 : 1,
  )
  t.same(sorted, ['2026', 'abc', '阿里', '北京', '晋数', '太原', '𠮷野'])
})

t.test('the diagrams of data and catalog are those of their tables', async t => {
  const read = (path: string) => readFileSync(new URL(`../../src/modules/${path}`, import.meta.url), 'utf8')
  t.ok(read('catalog/README.md').includes(`\`\`\`mermaid\n${toMermaid(listingMachine)}\n\`\`\``))
  t.ok(read('data/LIFECYCLE.md').includes(`\`\`\`mermaid\n${toMermaid(versionMachine)}\n\`\`\``))
})
