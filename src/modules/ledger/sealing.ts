import { and, eq, inArray, isNull } from 'drizzle-orm'
import { chineseInstant } from '../../kernel/documents/filters.ts'
import { keepSealed } from '../../kernel/documents/keep.ts'
import { NotDue, type Timer } from '../../kernel/events.ts'
import { formatYuan } from '../../kernel/money.ts'
import { operatorOrganization, seatOf } from '../identity/index.ts'
import { type AccountPurpose, purposes } from './model.ts'
import { type Period, period } from './schema.ts'

interface Report {
  readonly month: string
  readonly closedAt: string
  readonly lines: readonly {
    purpose: AccountPurpose
    accounts: number
    entries: number
    debitFen: string
    creditFen: string
  }[]
  readonly accounts: readonly unknown[]
}

/** The closing report as a document's text: facts, then the trial balance. */
function markdownOf({ report, reportSha256 }: Period): string {
  const { month, closedAt, lines, accounts } = JSON.parse(report!) as Report
  const yuan = (fen: string) => formatYuan(BigInt(fen))
  const sum = (pick: (line: Report['lines'][number]) => string) =>
    formatYuan(lines.reduce((total, line) => total + BigInt(pick(line)), 0n))
  return [
    '| 事项 | 内容 |',
    '| --- | --- |',
    `| 会计期间 | ${month} |`,
    `| 结账时间 | ${chineseInstant(new Date(closedAt))} |`,
    '| 币种、单位 | 人民币元 |',
    `| 有余额的账户数 | ${accounts.length} |`,
    `| 结账数据摘要（SHA-256） | ${reportSha256} |`,
    '',
    '| 科目 | 账户数 | 分录数 | 借方余额 | 贷方余额 |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...lines.map(
      each =>
        `| ${purposes[each.purpose].name.zh} | ${each.accounts} | ${each.entries} | ${yuan(each.debitFen)} | ${yuan(each.creditFen)} |`,
    ),
    `| **合计** |  |  | **${sum(line => line.debitFen)}** | **${sum(line => line.creditFen)}** |`,
  ].join('\n')
}

/** The sealed PDF of each closed month; made after the closing, so that no posting waits for a page to be set. */
export const sealReports: Timer = {
  name: 'ledger.seal-closing',
  async due(rx) {
    const rows = await rx.tx
      .select({ id: period.id })
      .from(period)
      .where(and(inArray(period.state, ['closed', 'reopening']), isNull(period.pdfSha256)))
      .limit(10)
    return rows.map(row => row.id)
  },
  async run(cx, id) {
    const [row] = await cx.tx.select().from(period).where(eq(period.id, id)).for('update')
    if (!row?.report || row.pdfSha256 || row.state === 'open') throw new NotDue()
    const operator = await operatorOrganization(cx)
    const issuer = operator.nameZh
    const { sha256 } = await keepSealed(
      cx.kit,
      {
        kind: 'report',
        language: 'zh',
        title: '结账试算平衡表',
        number: row.month,
        issuer,
        createdAt: row.closedAt!,
        markdown: markdownOf(row),
        note: '本文件附有出具机构的电子印章；结账数据摘要已写入公开日志',
      },
      { organisation: issuer, reason: `结账 ${row.month}`, location: seatOf(operator), signedAt: row.closedAt! },
    )
    await cx.tx.update(period).set({ pdfSha256: sha256 }).where(eq(period.id, id))
    cx.audit('period.seal', ['ledger-period', id], { month: row.month, sha256, reportSha256: row.reportSha256 })
  },
}
