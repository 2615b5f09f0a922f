import { reviewCodes } from '../../src/modules/catalog/index.ts'
import type { Cast, Role, TestExchange } from './exchange.ts'
import { type Assessing, assessed } from './gate.ts'

/** A small file whose columns tell what they are. */
export const sampleCsv = [
  '日期,监测站点,细颗粒物,等级',
  '2026-01-01,太原桃园,35.5,良',
  '2026-01-02,太原桃园,52.0,良',
  '2026-01-03,大同云冈,18.2,优',
  '',
].join('\n')

/** A multipart body with one file. */
export function formOf(fileName: string, bytes: Buffer | string) {
  const boundary = 'x-jinshu-test-boundary'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

/** Uploads a file, confirms what was read, grades and assesses it; answers the data version. */
export async function confirmedData(
  x: TestExchange,
  as: Role,
  fileName = 'air.csv',
  bytes: Buffer | string = sampleCsv,
  assessing: Assessing = {},
) {
  const { id } = await x.ok('POST /data-versions', { as, raw: formOf(fileName, bytes) })
  // the same file sent twice at once is one version, which the first request may still be reading
  await x.until(async () => (await x.ok(`GET /data-versions/${id}`, { as })).state !== 'profiling', 'the reading')
  const confirmed = await x.ok(`POST /data-versions/${id}/confirm`, { as, body: {} })
  const { state } = await x.ok(`GET /data-versions/${id}/release`, { as })
  const release = async () => (await x.ok(`GET /data-versions/${id}/release`, { as })).state
  // the same file offered twice at once is graded and assessed by whichever came first
  if (state === 'ungraded')
    await assessed(x, as, id, assessing).catch(() =>
      x.until(async () => !['ungraded', 'unassessed'].includes(await release()), 'the assessment'),
    )
  return confirmed
}

/** Everything a vendor says about a product that may be listed; `dataVersionId` is still to be added. */
export const productContent = {
  nameZh: '太原市空气质量日报数据',
  nameEn: 'Taiyuan daily air quality',
  type: 'dataset',
  abstract: '太原、大同两市监测站点逐日空气质量观测结果，可用于环境评估与出行服务。',
  industry: 'N',
  theme: 'living-environment',
  keywords: ['空气质量', 'PM2.5'],
  rightsKind: 'use',
  termMonths: 12,
  area: '中华人民共和国境内',
  sourceCategory: 'own',
  sourceStatement: '本公司自建监测站点采集，站点由本公司所有并运行维护。',
  grade: 'general',
  containsPersonalInfo: false,
  updateFrequency: 'daily',
  purposesAllowed: ['内部分析', '向公众提供出行提示'],
  purposesProhibited: ['转售原始数据'],
  acceptanceStandard: '行数与字段与数据字典一致，日期连续。',
}

export interface OfferOptions {
  readonly content?: Record<string, unknown>
  readonly plan?: { kind: 'free' | 'one-off'; amountFen?: number; code?: string }
  readonly fileName?: string
  readonly bytes?: Buffer | string
}

/** A product of the vendor with data and a price, still a draft. */
export async function draftProduct(x: TestExchange, vendor: Cast, options: OfferOptions = {}) {
  const { grade, importantDataApproval: approval } = (options.content ?? {}) as Record<string, string | undefined>
  const data = await confirmedData(x, vendor.maker, options.fileName, options.bytes, {
    ...(grade && grade !== 'core' && { grade }),
    ...(approval && { approval }),
  })
  const draft = await x.ok('POST /products', {
    as: vendor.maker,
    body: { ...productContent, dataVersionId: data.id, ...options.content },
  })
  return x.ok(`POST /products/${draft.id}/price`, {
    as: vendor.maker,
    body: options.plan ?? { kind: 'one-off', amountFen: 990_000 },
  })
}

/** What a reviewer says who has gone through every point. */
export const passBody = { opinion: '材料齐全，同意挂牌', checks: reviewCodes }

/** The moves from a draft to a listed product, by the people who hold the duties. */
export async function publishDraft(x: TestExchange, vendor: Cast, listingId: string, body: unknown = {}) {
  await x.ok(`POST /listings/${listingId}/submit`, { as: vendor.maker, body })
  await x.ok(`POST /listings/${listingId}/accept`, { as: x.operator.maker })
  await x.ok(`POST /listings/${listingId}/pass`, { as: x.operator.checker, body: passBody })
  return x.ok(`POST /listings/${listingId}/publish`, { as: vendor.maker })
}

/** A product that is listed; answers what the public sees of it. */
export async function listedProduct(x: TestExchange, vendor: Cast, options: OfferOptions = {}) {
  const draft = await draftProduct(x, vendor, options)
  await publishDraft(x, vendor, draft.listing.id)
  return x.ok(`GET /products/${draft.id}`)
}
