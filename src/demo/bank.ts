import type { Client } from './client.ts'
import type { Operator } from './operator.ts'
import { type BankLine, importStatement } from './trade.ts'

const fen = (yuan: string): number => Math.round(Number(yuan.replaceAll(',', '')) * 100)
const yuan = (amount: number): string => (amount / 100).toFixed(2)

interface Out {
  readonly yuan: string
  readonly serial: string
  readonly name: string
  readonly remark: string
  readonly isCharge?: boolean
}

const entryOf = (line: { yuan: string; serial: string; on: string }, isOut: boolean, code: string, details: string) =>
  `<Ntry><Amt Ccy="CNY">${line.yuan}</Amt><CdtDbtInd>${isOut ? 'DBIT' : 'CRDT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>${line.on}</Dt></BookgDt><AcctSvcrRef>${line.serial}</AcctSvcrRef>${code}<NtryDtls><TxDtls>${details}</TxDtls></NtryDtls></Ntry>`

const received = (line: BankLine): string =>
  entryOf(
    { yuan: line.amount.replaceAll(',', ''), serial: line.serial, on: line.on },
    false,
    '',
    `<RltdPties><Dbtr><Pty><Nm>${line.payer}</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>${line.account}</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>${line.remark}</Ustrd></RmtInf>`,
  )

const charge = '<BkTxCd><Domn><Cd>ACMT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn></BkTxCd>'

const paidOut = (out: Out, on: string): string =>
  entryOf(
    { ...out, on },
    true,
    out.isCharge ? charge : '',
    `<RltdPties><Cdtr><Pty><Nm>${out.name}</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>${out.remark}</Ustrd></RmtInf>`,
  )

const balance = (code: string, amount: number, on: string): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${yuan(amount)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${on}</Dt></Dt></Bal>`

/** The bank's whole statement of a day (camt.053): what was received, and what left, between the two balances. */
function wholeStatement(lines: readonly BankLine[], outs: readonly Out[], on: string): string {
  const closing = lines.reduce((sum, l) => sum + fen(l.amount), 0) - outs.reduce((sum, o) => sum + fen(o.yuan), 0)
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>DEMO</MsgId></GrpHdr><Stmt><Id>1</Id>
${balance('OPBD', 0, on)}${balance('CLBD', closing, on)}
${[...lines.map(received), ...outs.map(out => paidOut(out, on))].join('\n')}
</Stmt></BkToCstmrStmt></Document>`
}

const outs: readonly Out[] = [
  { yuan: '15.00', serial: 'SEED-FEE', name: '晋商银行', remark: '账户管理费', isCharge: true },
  { yuan: '60.00', serial: 'SEED-KEY', name: '晋商银行', remark: '企业网银 UKey 工本费' },
]

/**
 * The day ends at the bank: the whole statement repeats the payments that were imported before, and shows a charge,
 * which is booked by itself, and one more payment, which finance proposes to book and the cashier confirms.
 */
export async function endBankDay(client: Client, operator: Operator, lines: readonly BankLine[]): Promise<void> {
  if (lines.length === 0) return
  const on = lines.at(-1)!.on
  await importStatement(client, operator, `bank-${on}.xml`, wholeStatement(lines, outs, on))
  await client.call('POST /reconciliations', { as: operator.finance })
  const { items } = await client.call<{ items: { id: string; kind: string }[] }>('GET /differences?state=open', {
    as: operator.finance,
  })
  const found = items.find(each => each.kind === 'outlay-unbooked')
  if (!found) return
  const body = { account: 'psp_fee', reason: '网银 UKey 工本费，见银行回单' }
  await client.call(`POST /differences/${found.id}/propose`, { as: operator.finance, body })
  await client.call(`POST /differences/${found.id}/confirm`, { as: operator.cashier })
}
