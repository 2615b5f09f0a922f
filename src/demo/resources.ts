import Excel from 'exceljs'
import type { Cast } from './cast.ts'
import type { Client } from './client.ts'
import { divisions } from './goods.ts'
import type { Operator } from './operator.ts'
import { uploadGoods } from './trade.ts'

interface Entry {
  readonly id: string
  readonly versionId: string
  readonly nameZh: string
  readonly state: string
}

const shared = {
  format: 'table',
  sharingType: 'unconditional',
  sharingBasis: '《政务数据共享条例》',
  grade: 'general',
}

const divisionEntry = {
  ...shared,
  nameZh: '山西省行政区划代码',
  nameEn: 'Administrative divisions of Shanxi',
  abstract: '山西省省、市、县、乡四级行政区划的代码、名称、层级和上级代码，供各部门业务系统统一引用。',
  openingType: 'open',
  openingBasis: '《行政区划管理条例》，依法公开的信息',
  updateCycle: 'yearly',
  placement: 'provinceCloud',
  systemOfRecord: '行政区划管理信息系统（演示）',
  dutyBasis: '《行政区划管理条例》',
  themes: ['smart-city', 'urban-rural-construction'],
  securityTerms: '引用时注明版本日期；不得用于伪造行政区划信息。',
  items: [
    {
      nameZh: '行政区划代码',
      nameEn: 'Division code',
      codeName: 'code',
      type: 'text',
      standard: 'GB/T 2260-2007',
      sensitivity: 'none',
      meaning: '统计用区划代码',
    },
    {
      nameZh: '行政区划名称',
      nameEn: 'Division name',
      codeName: 'name',
      type: 'text',
      sensitivity: 'none',
      meaning: '区划全称',
    },
    {
      nameZh: '区划级别',
      nameEn: 'Level',
      codeName: 'level',
      type: 'text',
      sensitivity: 'none',
      meaning: '省、市、县、乡',
    },
    {
      nameZh: '上级区划代码',
      nameEn: 'Code of the division above',
      codeName: 'parent',
      type: 'text',
      sensitivity: 'none',
      meaning: '所属上级的代码',
    },
  ],
}

const waterEntry = {
  ...shared,
  nameZh: '城市公共供水水质月报',
  nameEn: 'Monthly report of public water quality',
  abstract: '出厂水、管网水主要水质指标的月度检测结果，由供水企业自愿向社会开放。',
  openingType: 'open',
  openingBasis: '《城市供水水质管理规定》',
  updateCycle: 'monthly',
  placement: 'ownRoom',
  systemOfRecord: '水质检测管理系统（演示）',
  isVoluntary: true,
  themes: ['living-environment'],
  items: [
    { nameZh: '月份', codeName: 'month', type: 'date', sensitivity: 'none', meaning: '检测所属月份' },
    { nameZh: '采样点类别', codeName: 'point_kind', type: 'text', sensitivity: 'none', meaning: '出厂水或管网水' },
    {
      nameZh: '浑浊度',
      codeName: 'turbidity',
      type: 'decimal',
      standard: 'GB 5749-2022',
      sensitivity: 'none',
      meaning: 'NTU',
    },
    {
      nameZh: '余氯',
      codeName: 'residual_chlorine',
      type: 'decimal',
      standard: 'GB 5749-2022',
      sensitivity: 'none',
      meaning: 'mg/L',
    },
  ],
}

/** Has the operator's people pass the assessment of a file, which its institution submitted with it; once. */
async function release(client: Client, operator: Operator, of: Cast, dataVersionId: string): Promise<void> {
  type File = { release: { state: string }; assessment: { id: string; state: string } | null }
  const { assessment, release } = await client.call<File>(`GET /data-versions/${dataVersionId}/assessment`, {
    as: of.maker,
  })
  if (release.state === 'released' || !assessment) return
  if (assessment.state === 'submitted')
    await client.call(`POST /assessments/${assessment.id}/review`, { as: operator.maker })
  await client.call(`POST /assessments/${assessment.id}/pass`, {
    as: operator.checker,
    body: { opinion: '属依法公开的信息，同意放行。' },
  })
}

/** The codes of divisions get their authoritative source in the province; their names are proposed and wait. */
async function proposeSources(client: Client, operator: Operator, of: Cast, entryId: string): Promise<void> {
  const propose = (itemName: string, elementCode: string) =>
    client.call<{ id: string }>('POST /sources', {
      as: of.maker,
      body: { element: elementCode, entryId, itemName, dutyBasis: '《行政区划管理条例》第五条' },
    })
  const { id } = await propose('行政区划代码', 'division-code')
  await client.call(`POST /sources/${id}/adopt`, {
    as: operator.checker,
    body: { reason: '民政部门依法管理行政区划，数据完整，同意认定。' },
  })
  await propose('行政区划名称', 'division-name')
}

const importHeads = ['编号', '目录代码', '分类代码', '名称', '摘要', '主题', '格式', '更新周期', '数据分级', '共享类型']
const importRows = [
  [
    '1',
    '',
    '306020',
    '福利机构名录',
    '全省养老、儿童福利机构的名称、地址和床位数。',
    '养老服务',
    '数据库或表格',
    '每月',
    '一般数据',
    '无条件共享',
  ],
  [
    '2',
    '',
    '306020',
    '社会组织登记信息',
    '登记在册的社会组织基本信息。',
    '市场监管',
    '数据库或表格',
    '每季度',
    '一般数据',
    '有条件共享',
  ],
  [
    '3',
    '',
    '906020',
    '救助管理站名录',
    '各地救助管理站的地址和电话。',
    '公共安全',
    '数据库或表格',
    '每周三',
    '一般数据',
    '无条件共享',
  ],
]

/** A filled template that waits for its institution's confirmation: two rows that can be taken, one that is refused. */
async function importSome(client: Client, civil: Cast): Promise<void> {
  const { items } = await client.call<{ items: unknown[] }>('GET /resource-imports', { as: civil.maker })
  if (items.length > 0) return
  const book = new Excel.Workbook()
  book.addWorksheet('目录').addRows([importHeads, ...importRows])
  book.addWorksheet('信息项').addRows([
    ['编号', '信息项名称', '类型'],
    ['1', '机构名称', '字符型'],
    ['1', '床位数', '整数型'],
    ['2', '社会组织名称', '字符型'],
  ])
  const form = new FormData()
  form.append('file', new Blob([await book.xlsx.writeBuffer()]), '民政目录-2026.xlsx')
  await client.call('POST /resource-imports', { as: civil.maker, form })
}

/** A province's institution publishes its divisions with their data; a city's water works hands an entry in for review. */
export async function catalogResources(client: Client, operator: Operator, civil: Cast, water: Cast): Promise<void> {
  const begun = async (of: Cast) =>
    (await client.call<{ items: Entry[] }>('GET /resource-versions', { as: of.maker })).items.length > 0
  if (!(await begun(civil))) {
    const file = await uploadGoods(client, civil, divisions)
    await release(client, operator, civil, file.id)
    const entry = await client.call<Entry>('POST /resources', {
      as: civil.maker,
      body: { classCode: '106010', nameZh: divisionEntry.nameZh, dataVersionId: file.id },
    })
    await client.call(`PATCH /resource-versions/${entry.versionId}`, { as: civil.maker, body: divisionEntry })
    await client.call(`POST /resource-versions/${entry.versionId}/submit`, { as: civil.maker })
    await client.call(`POST /resource-versions/${entry.versionId}/review`, { as: operator.maker })
    await client.call(`POST /resource-versions/${entry.versionId}/publish`, { as: operator.checker })
    await client.call(`POST /resources/${entry.id}/data`, { as: civil.maker, body: { dataVersionId: file.id } })
    await proposeSources(client, operator, civil, entry.id)
  }
  await importSome(client, civil)
  if (!(await begun(water))) {
    const entry = await client.call<Entry>('POST /resources', {
      as: water.maker,
      body: { classCode: '306010', nameZh: waterEntry.nameZh },
    })
    await client.call(`PATCH /resource-versions/${entry.versionId}`, { as: water.maker, body: waterEntry })
    await client.call(`POST /resource-versions/${entry.versionId}/submit`, { as: water.maker })
  }
}
