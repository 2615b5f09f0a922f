import t from 'tap'
import { parseFields, writeFields } from '../../src/modules/collection/fields.ts'
import {
  type Field,
  indexItems,
  isHit,
  likeness,
  type Match,
  matchesOf,
  standingOf,
} from '../../src/modules/collection/matching.ts'
import type { PublishedItem } from '../../src/modules/resources/index.ts'

const item = (itemName: string, more: Partial<PublishedItem> = {}): PublishedItem => ({
  entryId: '0190a000-0000-7000-8000-000000000001',
  entryVersionId: '0190a000-0000-7000-8000-000000000002',
  entryCode: '306010/000001',
  entryName: '人口基础信息',
  entryNameEn: null,
  organizationId: '0190a000-0000-7000-8000-00000000000a',
  institution: '山西省公安厅',
  institutionEn: null,
  division: '140000',
  sharingType: 'unconditional',
  openingType: 'notOpen',
  dueOn: null,
  itemName,
  itemNameEn: null,
  code: null,
  standard: null,
  type: 'text',
  ...more,
})

const best = (field: Field | string, items: PublishedItem[]): Match | undefined =>
  matchesOf(typeof field === 'string' ? { nameZh: field } : field, indexItems(items))[0]

t.test('a planned field is found by its name, its data element or a name that is like it, and told why', async t => {
  const catalog = [
    item('公民身份号码', { standard: 'GB 11643-1999' }),
    item('统一社会信用代码'),
    item('企业注册地址'),
    item('行政区划代码', { itemNameEn: 'Division code', standard: 'GB/T 2260' }),
    item('联系电话（手机）'),
  ]
  const table: [string | Field, string | undefined, [number, number], RegExp?][] = [
    ['公民身份号码', '公民身份号码', [100, 100], /完全相同/],
    ['公民 身份号码（本人）', '公民身份号码', [96, 96], /括注/],
    ['身份证号', '公民身份号码', [90, 95], /同一数据元/],
    [{ nameZh: '证件', standard: 'GB 11643' }, '公民身份号码', [90, 100], /数据元.*标准/],
    ['division CODE', '行政区划代码', [90, 95], /英文名称|数据元/],
    ['企业注册地点', '企业注册地址', [50, 89], /相近.*人工/],
    ['联系电话', '联系电话（手机）', [90, 100]],
    ['毕业院校', undefined, [0, 0]],
    ['号', undefined, [0, 0]],
    ['，。（）', undefined, [0, 0]],
  ]
  for (const [field, expected, [low, high], because] of table) {
    const found = best(field, catalog)
    const name = typeof field === 'string' ? field : field.nameZh
    t.equal(found?.item.itemName, expected, name)
    if (found) t.ok(found.score >= low && found.score <= high, `${name}: ${found.score} in ${low}–${high}`)
    if (found && because) t.match(found.because.zh, because, name)
    if (found) t.match(found.because.en, /[a-z]/, `${name}: in English too`)
  }
})

t.test('another type speaks against the same name, and is said', async t => {
  const found = best({ nameZh: '注册资本', type: 'date' }, [item('注册资本', { type: 'decimal' })])!
  t.ok(found.score < 90, 'it must not be answered')
  t.match(found.because.zh, /但目录中为数值型/)
})

t.test('every institution that has the datum is named; those that are only alike are few', async t => {
  const same = Array.from({ length: 12 }, (_, i) => item('身份证号码', { entryCode: `306010/0000${10 + i}` }))
  const alike = Array.from({ length: 12 }, (_, i) => item(`企业注册地址${'甲乙丙丁戊己庚辛壬癸子丑'[i]}`))
  t.equal(matchesOf({ nameZh: '公民身份号码' }, indexItems([...same, ...alike])).length, 12)
  t.equal(matchesOf({ nameZh: '企业注册地址' }, indexItems([...same, ...alike])).length, 3)
})

t.test('only what is one’s own or can be had for the place must be answered', async t => {
  const asking = { organizationId: 'me', division: '140100' }
  const standing = (more: Partial<PublishedItem>, score = 100) =>
    standingOf({ item: item('姓名', more), score, because: { zh: '', en: '' } }, asking)
  t.equal(standing({}), 'obtainable', 'of the province, for a city in it')
  t.equal(standing({ division: '140100' }), 'obtainable')
  t.equal(standing({ division: '140200' }), 'elsewhere', 'another city knows other people')
  t.equal(standing({ division: '140105' }), 'elsewhere', 'a county knows only a part of them')
  t.equal(standing({ sharingType: 'notShared' }), 'notShared')
  t.equal(
    standing({ sharingType: 'notShared', organizationId: 'me' }),
    'own',
    'what one has oneself is not asked again',
  )
  t.equal(standing({}, 89), 'alike')
  t.same(
    ['obtainable', 'own', 'notShared', 'elsewhere', 'alike'].map(each => isHit(each as never)),
    [true, true, false, false, false],
  )
})

t.test('likeness counts pairs of characters, each once', async t => {
  t.equal(likeness('abcd', 'abcd'), 1)
  t.equal(likeness('aaaa', 'aa'), 0.5)
  t.equal(likeness('a', 'a'), 0)
  t.equal(likeness('ab', 'cd'), 0)
})

t.test('fields are written one a line and read back the same', async t => {
  const lines = '姓名\r\n\r\n 公民身份号码 | id_no | GB 11643 \n区划代码，code\n住所\taddress'
  const fields = parseFields(lines)
  t.same(fields, [
    { nameZh: '姓名', codeName: null, standard: null },
    { nameZh: '公民身份号码', codeName: 'id_no', standard: 'GB 11643' },
    { nameZh: '区划代码', codeName: 'code', standard: null },
    { nameZh: '住所', codeName: 'address', standard: null },
  ])
  t.same(parseFields(writeFields(fields)), fields)
})
