import type { Text } from '../../kernel/text.ts'
import type { Column, DataVersion } from '../data/index.ts'

/** Everything about a product that is read or computed, never typed in (domain 4.1). */
export interface Facts {
  readonly dataVersionId: string
  readonly fileName: string
  readonly sha256: string
  readonly bytes: number
  readonly rows: number
  readonly format: string
  readonly encoding: string | null
  readonly columns: readonly Column[]
  readonly sample: DataVersion['sample']
  readonly coverage: {
    readonly timeFrom: string | null
    readonly timeTo: string | null
    readonly divisions: readonly string[]
  }
  /** share of cells that hold a value, parts per million */
  readonly completenessPpm: number
}

/** One thing to supplement: the field, what is wrong, how to mend it. */
export interface SupplementItem {
  readonly pointer: string
  readonly message: string
  readonly remedy: string
}

/** What lists and pages need of a confirmed data version. */
export function factsOf(data: DataVersion): Facts {
  const rows = data.rows ?? 0
  const cells = rows * data.columns.length
  const missing = data.columns.reduce((sum, column) => sum + column.nullCount, 0)
  return {
    dataVersionId: data.id,
    fileName: data.fileName,
    sha256: data.sha256,
    bytes: data.bytes,
    rows,
    format: data.format ?? '',
    encoding: data.encoding,
    columns: data.columns,
    sample: data.sample,
    coverage: {
      timeFrom: data.timeRange?.from ?? null,
      timeTo: data.timeRange?.to ?? null,
      divisions: data.divisions,
    },
    completenessPpm: cells === 0 ? 0 : Math.round(((cells - missing) / cells) * 1_000_000),
  }
}

/** Words of the listing's own doing, kept as the reason of a listing that a newer version replaced. */
export const supersededReason = (versionNo: number): Text => ({
  zh: `已由第 ${versionNo} 版替代`,
  en: `Replaced by version ${versionNo}`,
})
