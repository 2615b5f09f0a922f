import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { and, eq } from 'drizzle-orm'
import { type Actor, system } from '../../src/kernel/actor.ts'
import { canonicalJson } from '../../src/kernel/canonical.ts'
import type { Cx } from '../../src/kernel/command.ts'
import { newId } from '../../src/kernel/ids.ts'
import { nextNumber } from '../../src/kernel/numbering.ts'
import { rulesAt } from '../../src/kernel/rulepack.ts'
import { dataProduct, listing, pricePlan, productVersion } from '../../src/modules/catalog/schema.ts'
import { contract } from '../../src/modules/contracts/schema.ts'
import type { Terms } from '../../src/modules/contracts/terms.ts'
import { dataVersion } from '../../src/modules/data/schema.ts'
import { organizationOf } from '../../src/modules/identity/index.ts'
import { createOrder, type Order } from '../../src/modules/orders/index.ts'
import { rulesDigestOf } from '../../src/modules/risk/model.ts'
import { assessment, dataGrade, release } from '../../src/modules/risk/schema.ts'
import type { Cast, TestExchange } from './exchange.ts'

export interface Deal {
  readonly vendor: Cast
  readonly buyer: Cast
  readonly amountFen?: bigint
  readonly isSilenceAcceptance?: boolean
  readonly file?: Buffer
  readonly fileName?: string
}

/** Runs a use case as the exchange's machinery and answers what it answers. */
export async function run<T>(x: TestExchange, work: (cx: Cx) => Promise<T>, actor: Actor = system): Promise<T> {
  const outcome = await x.exchange.engine.write(actor, { operation: 'test' }, work)
  if (outcome.isReplay) throw new Error('a replay was not expected')
  return outcome.value
}

/** The grade and the passed review of a version, as its provider and a reviewer of another organisation made them. */
async function insertRelease(
  cx: Cx,
  data: { id: string; sha256: string; organizationId: string; personId: string },
): Promise<void> {
  const { id: dataVersionId, sha256, organizationId, personId } = data
  const [reviewer] = await cx.sql<{ person_id: string; organization_id: string }[]>`
    select m.person_id, m.organization_id from identity.membership m
    join identity.organization o on o.id = m.organization_id
    where 'operator' = any(o.roles) and m.person_id <> ${personId} limit 1`
  const bound = { dataVersionId, organizationId, sha256, rulePack: 'national-2025@1', rulesDigest: 'test' }
  const [id, at] = [newId(), cx.now]
  await cx.tx.insert(dataGrade).values({
    ...bound,
    ...{ proposed: 'general', grade: 'general', decided: 'general', category: 'business', reasons: [] },
    ...{ decidedBy: personId, decidedAt: at, changedAt: at },
  })
  await cx.tx.insert(assessment).values({
    ...bound,
    ...{ id, number: await nextNumber(cx, '140100', 'FX'), division: '140100', state: 'assessing' },
    ...{ points: [], consents: [], createdBy: personId, createdAt: at, changedAt: at },
  })
  const validUntil = new Date(at.getTime() + 20 * 365 * 86_400_000)
  const steps = [
    { state: 'submitted', submittedBy: personId, submittedAt: at, dueAt: validUntil },
    { state: 'reviewing', reviewedBy: reviewer!.person_id, reviewerOrganizationId: reviewer!.organization_id },
    { state: 'passed', validUntil, dueAt: null, rulesDigest: rulesDigestOf(rulesAt(at)) },
  ]
  for (const step of steps) await cx.tx.update(assessment).set(step).where(eq(assessment.id, id))
  const given = { source: 'review', assessmentId: id, grade: 'general', state: 'released', releasedAt: at, validUntil }
  await cx.tx.insert(release).values({ dataVersionId, sha256, rulePack: bound.rulePack, ...given })
}

/** A confirmed data version of the vendor with its file in the store. */
async function insertVersion(cx: Cx, deal: Deal, bytes: Buffer): Promise<string> {
  const { sha256 } = await cx.kit.files.put(Readable.from([bytes]), { maxBytes: bytes.length })
  const [same] = await cx.tx
    .select({ id: dataVersion.id })
    .from(dataVersion)
    .where(and(eq(dataVersion.organizationId, deal.vendor.id), eq(dataVersion.sha256, sha256)))
  if (same) return same.id
  const id = newId()
  const person = deal.vendor.maker.personId
  await cx.tx.insert(dataVersion).values({
    id,
    organizationId: deal.vendor.id,
    uploadedBy: person,
    fileName: deal.fileName ?? '山西 天气.csv',
    sha256,
    bytes: bytes.length,
    state: 'confirmed',
    profilingAt: cx.now,
    format: 'csv',
    encoding: 'utf-8',
    rows: 3,
    columns: [],
    sample: [],
    confirmedBy: person,
    confirmedAt: cx.now,
    createdAt: cx.now,
  })
  await insertRelease(cx, { id, sha256, organizationId: deal.vendor.id, personId: person })
  return id
}

async function termsOf(cx: Cx, deal: Deal, bytes: Buffer): Promise<Terms> {
  const [vendor, buyer] = [await organizationOf(cx, deal.vendor.id), await organizationOf(cx, deal.buyer.id)]
  const party = <R extends 'vendor' | 'buyer'>(role: R, o: typeof vendor) => ({
    role,
    name: o.nameZh,
    uscc: o.uscc,
    division: o.division,
  })
  return {
    parties: [party('vendor', vendor), party('buyer', buyer)],
    product: {
      number: await nextNumber(cx, '140100', 'DP'),
      name: '山西逐日天气',
      version: '1',
      contentHash: createHash('sha256').update(bytes).digest('hex'),
      rows: 3,
      bytes: bytes.length,
      format: 'csv',
      columns: [],
      coverage: {},
    },
    rights: { kind: 'use', isExclusive: false, maySublicense: false, termMonths: 12, area: '中国境内' },
    purpose: '研究',
    scenario: '气象研究',
    prohibitedUses: [],
    price: { amountFen: String(deal.amountFen ?? 120_000n), currency: 'CNY', planKind: 'one-off' },
    payment: { method: 'bank-transfer', dueWorkingDays: 5 },
    delivery: { mode: 'download', dueWorkingDays: 3 },
    acceptance: { periodWorkingDays: 4, isSilenceAcceptance: deal.isSilenceAcceptance ?? true, standard: '字段完整' },
    containsPersonalInfo: false,
    grade: 'general',
    sourceStatement: '自有观测',
    dispute: { method: 'court', place: '太原' },
    signedPlace: '太原',
    effectiveCondition: 'signed',
  }
}

/** What a contract refers to in the catalog: a product with a draft listing and a price. */
async function insertProduct(cx: Cx, deal: Deal, number: string) {
  const [productId, versionId, listingId, planId] = [newId(), newId(), newId(), newId()]
  const amountFen = deal.amountFen ?? 120_000n
  const made = { createdBy: deal.vendor.maker.personId, createdAt: cx.now }
  await cx.tx
    .insert(dataProduct)
    .values({ id: productId, number, vendorId: deal.vendor.id, division: '140100', ...made })
  await cx.tx.insert(productVersion).values({
    id: versionId,
    productId,
    versionNo: 1,
    nameZh: '山西逐日天气',
    keywords: [],
    isExclusive: false,
    mayResell: false,
    isPublicData: false,
    isCrossBorder: false,
    deliveryMode: 'download',
    purposesAllowed: [],
    purposesProhibited: [],
    changedAt: cx.now,
    ...made,
  })
  await cx.tx.insert(listing).values({
    id: listingId,
    number: await nextNumber(cx, '140100', 'LT'),
    productId,
    versionId,
    vendorId: deal.vendor.id,
    division: '140100',
    state: 'draft',
    isImportantDataConfirmed: false,
    isDueProvisional: false,
    rulePack: 'national-2025@1',
    supplement: [],
    createdAt: cx.now,
    changedAt: cx.now,
  })
  const kind = amountFen === 0n ? 'free' : 'one-off'
  const plan = {
    id: planId,
    productId,
    code: 'standard',
    version: 1,
    kind,
    amountFen,
    nameZh: '一次性',
    isCurrent: true,
  }
  await cx.tx.insert(pricePlan).values({ ...plan, ...made })
  return { productId, listingId, planId, planKind: kind }
}

/** A contract in performance between two organisations, as if both had signed it. */
export async function insertContract(cx: Cx, deal: Deal): Promise<string> {
  const bytes = deal.file ?? Buffer.from(`day,rain\n2026-01-01,0\n${newId()},1\n`)
  const terms = await termsOf(cx, deal, bytes)
  const id = newId()
  await cx.tx.insert(contract).values({
    id,
    number: await nextNumber(cx, '140100', 'CT'),
    state: 'performing',
    division: terms.parties[0].division,
    vendorDivision: terms.parties[0].division,
    buyerDivision: terms.parties[1].division,
    vendorId: deal.vendor.id,
    buyerId: deal.buyer.id,
    ...(await insertProduct(cx, deal, terms.product.number)),
    productNumber: terms.product.number,
    productName: terms.product.name,
    productVersion: 1,
    dataVersionId: await insertVersion(cx, deal, bytes),
    planVersion: 1,
    sourceCategory: 'own',
    isPublicData: false,
    amountFen: deal.amountFen ?? 120_000n,
    templateCode: 'data-provision',
    templateVersion: '1.0.0',
    templateHash: '0'.repeat(64),
    modelTerms: terms,
    terms,
    termsText: canonicalJson(terms),
    deviations: [],
    rulePack: 'national-2025@1',
    effectiveAt: cx.now,
    createdBy: deal.buyer.maker.personId,
    createdAt: cx.now,
    changedAt: cx.now,
  })
  cx.audit('contract.insert', ['contract', id], { test: true })
  return id
}

/** An order fresh from its contract. */
export const newOrder = (x: TestExchange, deal: Deal): Promise<Order> =>
  run(x, async cx => createOrder(cx, await insertContract(cx, deal)))
