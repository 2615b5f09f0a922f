import { connect, transact } from '../kernel/db/client.ts'
import { formatYuan } from '../kernel/money.ts'
import { type Invariant, inspectInvariants, purposes, type TrialLine, trialBalance } from '../modules/ledger/index.ts'
import { withDatabase } from './database.ts'

const width = 18

function invariantLines(invariants: readonly Invariant[]): string[] {
  return invariants.map(({ id, violations, meaning, view }) => {
    const verdict = violations === 0 ? '✓' : `✗ see ${view}`
    return `${id.padEnd(4)} ${String(violations).padStart(6)}  ${meaning}  ${verdict}`
  })
}

function trialLines(lines: readonly TrialLine[]): string[] {
  const row = (name: string, debit: string, credit: string, words = '') =>
    `${name.padEnd(20)} ${debit.padStart(width)} ${credit.padStart(width)}  ${words}`.trimEnd()
  const total = (pick: (line: TrialLine) => bigint) => lines.reduce((sum, line) => sum + pick(line), 0n)
  return [
    row('', 'debit (CNY)', 'credit (CNY)'),
    ...lines.map(({ purpose, accounts, debitFen, creditFen }) => {
      const { zh, en } = purposes[purpose].name
      return row(
        `${purpose}${purposes[purpose].isPerSubject ? ` ×${accounts}` : ''}`,
        debitFen > 0n ? formatYuan(debitFen) : '',
        creditFen > 0n ? formatYuan(creditFen) : '',
        `${zh} · ${en}`,
      )
    }),
    row('total', formatYuan(total(line => line.debitFen)), formatYuan(total(line => line.creditFen))),
  ]
}

/** Prints each invariant with its count of violations, then the trial balance; fails when any is violated. */
await withDatabase(async url => {
  const client = connect(url, { size: 1, name: 'jinshu-books' })
  try {
    return await transact(client, 'read only', async ({ sql }) => {
      await sql`set local statement_timeout = 0`
      const invariants = await inspectInvariants({ sql })
      const lines = await trialBalance({ sql })
      process.stdout.write(`${[...invariantLines(invariants), '', ...trialLines(lines)].join('\n')}\n`)
      return invariants.some(i => i.violations > 0) ? 1 : 0
    })
  } finally {
    await client.end()
  }
})
