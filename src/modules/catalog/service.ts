import { and, asc, desc, eq, inArray, max, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { conflict, type FieldError, invalidInput, notFound, stateConflict } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { type DataVersion, dataVersionOf } from '../data/index.ts'
import { organizationOf, requireOrganization } from '../identity/index.ts'
import { unknownCodes } from './findings.ts'
import { completedContent, gateOf } from './gate.ts'
import { contentOf, differing, editableStates, listingMachine, type ProductContent, pendingStates } from './model.ts'
import { precheck } from './precheck.ts'
import {
  dataProduct,
  type ListingRow,
  listing,
  type PlanRow,
  type ProductRow,
  pricePlan,
  productVersion,
  type VersionRow,
} from './schema.ts'

/** A product as its vendor works on it: the version in hand, its listing, the prices in force. */
export interface Draft {
  readonly product: ProductRow
  readonly version: VersionRow
  readonly listing: ListingRow
  readonly plans: readonly PlanRow[]
}

/** What a vendor gives of a product's content; what is absent stays as it is. */
export type ContentInput = { readonly [K in keyof ProductContent]?: ProductContent[K] | undefined }

const underWay = () =>
  conflict(text('该产品已有一个在办的版本。', 'A version of this product is under way already.'), {
    errors: [
      {
        pointer: '/',
        message: text('已有草稿或在审的挂牌', 'there is a draft or a listing under review'),
        remedy: text('修改该草稿，或等待审核结束', 'edit that draft, or wait until its review has ended'),
      },
    ],
  })
constraintMeans('listing_one_pending', underWay)
constraintMeans('product_version_no_unique', underWay)

const emptyContent: Omit<ProductContent, 'nameZh'> = {
  nameEn: null,
  type: null,
  abstract: null,
  industry: null,
  theme: null,
  keywords: [],
  dataVersionId: null,
  rightsKind: null,
  isExclusive: false,
  mayResell: false,
  termMonths: null,
  area: null,
  sourceCategory: null,
  sourceStatement: null,
  sourceEvidence: null,
  grade: null,
  importantDataApproval: null,
  containsPersonalInfo: null,
  personalInfoBasis: null,
  personalInfoNotice: null,
  separateConsentEvidence: null,
  isPublicData: false,
  isCrossBorder: false,
  updateFrequency: null,
  deliveryMode: 'download',
  purposesAllowed: [],
  purposesProhibited: [],
  acceptanceStandard: null,
  isSilenceAcceptance: null,
  qualityNote: null,
  complianceOpinion: null,
  registrationCertificateNo: null,
}

const tidy = (value: unknown): unknown => {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim()
  if (Array.isArray(value)) return [...new Set(value.map(item => String(item).trim()))].filter(item => item !== '')
  return value
}

/** Given texts without blanks around them; a blank text is none. @throws invalid-input for codes the rule pack lacks. */
async function checkedInput(cx: Cx, input: ContentInput): Promise<Partial<ProductContent>> {
  const given = Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, tidy(value)]),
  ) as Partial<ProductContent>
  const errors: FieldError[] = unknownCodes(given, rulesAt(cx.now))
  if (given.nameZh === null)
    errors.push({
      pointer: '/nameZh',
      message: text('不能为空', 'cannot be blank'),
      remedy: text('填写中文名称', 'give the Chinese name'),
    })
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  if (given.dataVersionId) await ownData(cx, given.dataVersionId, requireOrganization(cx.actor))
  return given
}

/** A data version of that organisation. @throws not-found for anyone else's. */
async function ownData(rx: Rx, id: string, organizationId: string): Promise<DataVersion> {
  const data = await dataVersionOf(rx, id)
  if (data.organizationId !== organizationId || data.state === 'discarded')
    throw notFound(text('没有这个数据版本。', 'There is no such data version.'))
  return data
}

/** The prices of a product that are in force, by code. */
export const currentPlans = (rx: Rx, productId: string): Promise<PlanRow[]> =>
  rx.tx
    .select()
    .from(pricePlan)
    .where(and(eq(pricePlan.productId, productId), eq(pricePlan.isCurrent, true)))
    .orderBy(pricePlan.code)

/** The vendor's own product; another's is not there. @throws not-found */
export async function ownProduct(rx: Rx, id: string): Promise<ProductRow> {
  const [row] = await rx.tx
    .select()
    .from(dataProduct)
    .where(and(eq(dataProduct.id, id), eq(dataProduct.vendorId, requireOrganization(rx.actor))))
  if (!row) throw notFound()
  return row
}

/** The newest version of a product with its listing. @throws not-found */
async function newestVersion(rx: Rx, productId: string): Promise<{ version: VersionRow; listing: ListingRow }> {
  const [found] = await rx.tx
    .select({ version: productVersion, listing })
    .from(productVersion)
    .innerJoin(listing, eq(listing.versionId, productVersion.id))
    .where(eq(productVersion.productId, productId))
    // a version that was given up speaks for the product only where there is no other
    .orderBy(asc(sql`${listing.state} = 'discarded'`), desc(productVersion.versionNo))
    .limit(1)
  if (!found) throw notFound()
  return found
}

/** The version in hand of the vendor's own product. @throws not-found */
export async function draftOf(rx: Rx, productId: string): Promise<Draft> {
  const product = await ownProduct(rx, productId)
  return { product, ...(await newestVersion(rx, productId)), plans: await currentPlans(rx, productId) }
}

async function insertVersion(cx: Cx, product: ProductRow, versionNo: number, content: ProductContent): Promise<void> {
  const version = {
    ...content,
    keywords: [...content.keywords],
    purposesAllowed: [...content.purposesAllowed],
    purposesProhibited: [...content.purposesProhibited],
    id: newId(),
    productId: product.id,
    versionNo,
    createdBy: cx.actor.personId!,
    createdAt: cx.now,
    changedAt: cx.now,
  }
  await cx.tx.insert(productVersion).values(version)
  await cx.tx.insert(listing).values({
    id: newId(),
    number: await nextNumber(cx, product.division, 'LT'),
    productId: product.id,
    versionId: version.id,
    vendorId: product.vendorId,
    division: product.division,
    state: listingMachine.initial,
    isImportantDataConfirmed: false,
    isDueProvisional: false,
    supplement: [],
    rulePack: rulesAt(cx.now).ref,
    createdAt: cx.now,
    changedAt: cx.now,
  })
}

/**
 * A new data product with the first draft of its listing. Only a name is needed; the pre-check says what is missing.
 * @throws invalid-input for codes that the rule pack does not have, not-found for another's data version.
 */
export async function createProduct(cx: Cx, input: ContentInput & { readonly nameZh: string }): Promise<Draft> {
  const vendor = await organizationOf(cx, requireOrganization(cx.actor))
  const content = { ...emptyContent, nameZh: input.nameZh, ...(await checkedInput(cx, input)) }
  const division = rulesAt(cx.now).jurisdictionOf(vendor.division)
  const [product] = await cx.tx
    .insert(dataProduct)
    .values({
      id: newId(),
      number: await nextNumber(cx, division, 'DP'),
      vendorId: vendor.id,
      division,
      createdBy: cx.actor.personId!,
      createdAt: cx.now,
    })
    .returning()
  await insertVersion(cx, product!, 1, content)
  cx.audit('product.create', ['product', product!.id], { number: product!.number, content })
  return draftOf(cx, product!.id)
}

/** The listing whose version may be edited, locked. @throws state-conflict when it is under review or none is open. */
async function lockEditable(cx: Cx, productId: string): Promise<ListingRow> {
  const [open] = await cx.tx
    .select()
    .from(listing)
    .where(and(eq(listing.productId, productId), inArray(listing.state, [...pendingStates])))
    .for('update')
  if (open && (editableStates as readonly string[]).includes(open.state)) return open
  throw stateConflict(
    open
      ? text('该版本正在审核，不能修改。', 'This version is under review and cannot be changed.')
      : text(
          '已提交的版本不能修改；请先新建版本（revise）。',
          'A submitted version cannot be changed; make a new one first (revise).',
        ),
  )
}

/** Changes the draft of the own product, or one that is to be supplemented. @throws as `createProduct`, state-conflict. */
export async function updateProduct(cx: Cx, id: string, input: ContentInput): Promise<Draft> {
  await ownProduct(cx, id)
  const open = await lockEditable(cx, id)
  const given = await checkedInput(cx, input)
  const [before] = await cx.tx.select().from(productVersion).where(eq(productVersion.id, open.versionId))
  const changed = differing(before!, given)
  await cx.tx
    .update(productVersion)
    .set({ ...(changed as Partial<VersionRow>), changedAt: cx.now })
    .where(eq(productVersion.id, open.versionId))
  cx.audit('product.update', ['product', id], { listing: open.number, content: changed })
  return draftOf(cx, id)
}

/**
 * Begins the next version of a product as a draft that copies the newest one: for changes of source, fields, grade or
 * rights, which are reviewed anew while the present version stays listed (domain 5.1). `dataVersionId`: its new data.
 * @throws conflict when a version is under way already, not-found for another's data version.
 */
export async function reviseProduct(
  cx: Cx,
  id: string,
  input: Pick<ContentInput, 'dataVersionId'> = {},
): Promise<Draft> {
  const product = await ownProduct(cx, id)
  const { version, listing: newest } = await newestVersion(cx, id)
  if ((pendingStates as readonly string[]).includes(newest.state)) throw underWay()
  const [last] = await cx.tx
    .select({ no: max(productVersion.versionNo) })
    .from(productVersion)
    .where(eq(productVersion.productId, id))
  const versionNo = (last?.no ?? version.versionNo) + 1
  await insertVersion(cx, product, versionNo, { ...contentOf(version), ...(await checkedInput(cx, input)) })
  cx.audit('product.revise', ['product', id], { number: product.number, versionNo, ...input })
  return draftOf(cx, id)
}

/** Runs the rules of submission on a draft (domain 5.1). Another's data version counts as none. */
export async function checkDraft(rx: Rx, draft: Pick<Draft, 'version' | 'plans'> & { vendorId: string }) {
  const { version, plans, vendorId } = draft
  const data = version.dataVersionId === null ? undefined : await dataVersionOf(rx, version.dataVersionId)
  const own = data?.organizationId === vendorId ? data : undefined
  const gate = await gateOf(rx, own)
  const content = completedContent(contentOf(version), gate)
  const report = precheck({ content, data: own, gate, plans: plans as never, rules: rulesAt(rx.now) })
  return { data: own, gate, content, report }
}

/** What submission of the own draft would be refused for, and what a reviewer will look at. Changes nothing. */
export async function precheckProduct(rx: Rx, id: string) {
  const draft = await draftOf(rx, id)
  return (await checkDraft(rx, { ...draft, vendorId: draft.product.vendorId })).report
}
