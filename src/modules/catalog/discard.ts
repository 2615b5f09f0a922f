import { and, eq, ne } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { conflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { discardVersion, restoreVersion } from '../data/index.ts'
import { entriesOfData } from '../resources/index.ts'
import { lockedAsVendor, step } from './moves.ts'
import { type ListingRow, listing, productVersion } from './schema.ts'

const unsubmitted = {
  grade: null,
  submittedBy: null,
  submittedAt: null,
  dueAt: null,
  isDueProvisional: false,
  remainingWorkingDays: null,
  supplement: [],
}

/**
 * Gives a version up that was not submitted, or that was returned for a supplement. Its product can then be revised
 * anew; a listing that is in force is not touched. It can be taken back. @throws forbidden, state-conflict
 */
export async function discardListing(cx: Cx, id: string): Promise<ListingRow> {
  const row = await lockedAsVendor(cx, id, 'discard')
  return step(cx, row, {
    move: 'discard',
    values: { dueAt: null, isDueProvisional: false, remainingWorkingDays: null, endedAt: cx.now },
  })
}

/** Takes a version back that was given up: it is a draft again. @throws conflict while another one is under way. */
export async function restoreListing(cx: Cx, id: string): Promise<ListingRow> {
  const row = await lockedAsVendor(cx, id, 'restore')
  return step(cx, row, { move: 'restore', values: { ...unsubmitted, endedAt: null } })
}

/** A product version that uses a data version. */
export interface VersionUse {
  readonly productId: string
  readonly nameZh: string
  readonly nameEn: string | null
  readonly versionNo: number
  readonly state: string
}

/** The product versions that use a data version, but for those that were given up; newest first. */
export async function usesOfData(rx: Rx, dataVersionId: string): Promise<VersionUse[]> {
  const rows = await rx.tx
    .select({
      productId: productVersion.productId,
      nameZh: productVersion.nameZh,
      nameEn: productVersion.nameEn,
      versionNo: productVersion.versionNo,
      state: listing.state,
    })
    .from(productVersion)
    .innerJoin(listing, eq(listing.versionId, productVersion.id))
    .where(and(eq(productVersion.dataVersionId, dataVersionId), ne(listing.state, 'discarded')))
    .limit(100)
  return rows.sort((a, b) => b.versionNo - a.versionNo)
}

const attached = (code: string) =>
  conflict(text(`该数据版本已挂接到资源目录 ${code}。`, `The data version is attached to the catalog entry ${code}.`), {
    errors: [
      {
        pointer: '/',
        message: text(`资源目录 ${code} 的数据`, `is data of the entry ${code}`),
        remedy: text(
          '已挂接的版本随目录保留；可挂接新的版本取代它',
          'what was attached stays; attach a newer version in its place',
        ),
      },
    ],
  })

/** Puts a data version away that no product uses. @throws conflict naming the product that does, not-found, state-conflict */
export async function discardDataVersion(cx: Cx, id: string) {
  const row = await discardVersion(cx, id)
  const [entry] = await entriesOfData(cx, id)
  if (entry) throw attached(entry.code)
  const [use] = await usesOfData(cx, id)
  if (!use) return row
  const name = { zh: `“${use.nameZh}”第 ${use.versionNo} 版`, en: `version ${use.versionNo} of “${use.nameZh}”` }
  throw conflict(text(`该数据版本用于${name.zh}。`, `The data version is used by ${name.en}.`), {
    errors: [
      {
        pointer: '/',
        message: text(`${name.zh}正在使用它`, `${name.en} uses it`),
        remedy: text('先在该产品中改选其他数据版本，或放弃该草稿', 'choose other data there, or discard that draft'),
      },
    ],
  })
}

/** Takes a data version back that was put away. @throws not-found, state-conflict */
export const restoreDataVersion = (cx: Cx, id: string) => restoreVersion(cx, id)
