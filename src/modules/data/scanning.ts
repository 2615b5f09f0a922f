import { eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import type { SensitiveColumn } from './engine/scan.ts'
import { type DataVersionRow, dataScan } from './schema.ts'

export { type SensitiveColumn, type SensitiveKind, sensitiveKinds } from './engine/scan.ts'

/** What the scan of a version found, masked; undefined for one that was read before there was a scan. */
export async function scanOf(rx: Rx, dataVersionId: string): Promise<readonly SensitiveColumn[] | undefined> {
  const [row] = await rx.tx.select().from(dataScan).where(eq(dataScan.dataVersionId, dataVersionId))
  return row?.found
}

/** Whether a version was looked through for sensitive values. */
export const hasScan = async (rx: Rx, id: string): Promise<boolean> => (await scanOf(rx, id)) !== undefined

/** Keeps what the scan found with the digest of the bytes it looked at. */
export async function recordScan(
  cx: Cx,
  row: Pick<DataVersionRow, 'id' | 'sha256'>,
  found: readonly SensitiveColumn[],
): Promise<void> {
  await cx.tx
    .insert(dataScan)
    .values({ dataVersionId: row.id, sha256: row.sha256, found, scannedAt: cx.now })
    .onConflictDoNothing()
}
