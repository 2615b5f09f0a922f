import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { begin } from '../kernel/db/begin.ts'
import { type Client, connect } from '../kernel/db/client.ts'
import { type LeafFault, leafFaults } from '../modules/ledger/index.ts'
import { type Finding, type Report, repairFiles, verifyLog } from '../modules/transparency/index.ts'
import { withDatabase } from './database.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)

function lineOf({ index, id, action, what }: Finding): string {
  const where = index === undefined ? '' : `index ${index} · `
  const which = id === undefined ? '' : `${action || 'entry'} ${id} · `
  return `${where}${which}${what.en}（${what.zh}）`
}

function tell(report: Report): void {
  const [first, ...rest] = report.findings
  say(`log   ${report.vkey}`)
  say(`size  ${report.size} signed, ${report.published} published`)
  say(`root  ${report.root}`)
  if (!first) {
    say(`sound ${report.checks} checks, nothing was altered`)
    return
  }
  const title = {
    record: 'ALTERED · the first record that is not as it was logged:',
    signature: 'BROKEN · the log contradicts what it signed:',
    file: 'DAMAGED · records and signatures hold, published files do not (mend with -- --repair):',
  }[first.kind]
  say(`\n${title}\n  ${lineOf(first)}`)
  for (const finding of rest.slice(0, 20)) say(`  also ${lineOf(finding)}`)
  if (rest.length > 20) say(`  and ${rest.length - 20} more`)
}

/** The log, and the facts beside it that must say the same: today the ledger's (I21). */
async function verify(client: Client, config: Config, vkey: string | undefined): Promise<Report> {
  const report = await verifyLog(client, config, { vkey })
  const faults: LeafFault[] = await begin(client, 'read only', async sql => {
    await sql`set local statement_timeout = 0`
    return leafFaults(sql)
  })
  const beside: Finding[] = faults.map(fault => ({ kind: 'record', ...fault }))
  const altered = report.findings.filter(finding => finding.kind === 'record')
  const others = report.findings.filter(finding => finding.kind !== 'record')
  return { ...report, checks: report.checks + 1, findings: [...altered, ...beside, ...others] }
}

/** Verifies everything; with `--repair`, writes damaged files anew when nothing worse was found. */
async function run(url: string, config: Config): Promise<number> {
  const { values } = parseArgs({ options: { vkey: { type: 'string' }, repair: { type: 'boolean', default: false } } })
  const client = connect(url, { size: 1, name: 'jinshu-verify-log' })
  try {
    const report = await verify(client, config, values.vkey)
    tell(report)
    if (report.findings.length === 0) return 0
    if (!values.repair || report.findings.some(finding => finding.kind !== 'file')) return 1
    say(`\n${await repairFiles(client, config, report.published)} files were written anew from the database\n`)
    const mended = await verify(client, config, values.vkey)
    tell(mended)
    return mended.findings.length === 0 ? 0 : 1
  } finally {
    await client.end({ timeout: 5 })
  }
}

await withDatabase(run)
