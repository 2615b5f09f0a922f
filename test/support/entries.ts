import type { Cast, Role, TestExchange } from './exchange.ts'
import { assessed, passedReview } from './gate.ts'
import { formOf } from './offering.ts'

/** All that an entry needs to be published, for a table of two columns `code` and `name`. */
export const entryContent = {
  nameEn: 'Divisions of Shanxi',
  abstract: '山西省各级行政区划的代码和名称。',
  format: 'table',
  sharingType: 'unconditional',
  sharingBasis: '政务数据共享条例',
  openingType: 'open',
  openingBasis: '地名管理条例',
  updateCycle: 'monthly',
  grade: 'general',
  placement: 'provinceCloud',
  systemOfRecord: '行政区划管理系统',
  dutyBasis: '行政区划管理条例',
  themes: ['smart-city'],
  items: [
    { nameZh: '区划代码', codeName: 'code', type: 'text', sensitivity: 'none' },
    { nameZh: '区划名称', codeName: 'name', type: 'text', sensitivity: 'none' },
  ],
}

/** Writes, submits and has reviewed an entry of an institution; answers it as published. */
export async function publishedEntry(x: TestExchange, of: Cast, nameZh: string, more: object = {}): Promise<any> {
  const { versionId } = await x.ok('POST /resources', { as: of.maker, body: { classCode: '306010', nameZh } })
  await x.ok(`PATCH /resource-versions/${versionId}`, { as: of.maker, body: { ...entryContent, ...more } })
  await x.ok(`POST /resource-versions/${versionId}/submit`, { as: of.maker })
  await x.ok(`POST /resource-versions/${versionId}/review`, { as: x.operator.maker })
  return x.ok(`POST /resource-versions/${versionId}/publish`, { as: x.operator.checker })
}

/** Uploads a table, which nobody has graded yet. */
export async function uploadedTable(x: TestExchange, as: Role, name: string, csv: string): Promise<string> {
  const { id } = await x.ok('POST /data-versions', { as, raw: formOf(name, csv) })
  await x.ok(`POST /data-versions/${id}/confirm`, { as, body: { columns: [] } })
  return id
}

/** Has a version graded, assessed and passed. */
export const releaseOf = async (x: TestExchange, as: Role, id: string): Promise<void> =>
  void (await passedReview(x, (await assessed(x, as, id)).id))
