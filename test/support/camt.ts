/** One entry of a camt.053 statement as a test asks for it; amounts in yuan. */
export interface Entry {
  readonly yuan: string
  readonly isOut?: boolean
  readonly status?: string
  readonly serial?: string
  readonly name?: string
  readonly account?: string
  readonly remark?: string
  readonly endToEndId?: string
  readonly isReturn?: boolean
  /** taken by the bank for itself */
  readonly isCharge?: boolean
  readonly currency?: string
  /** several transactions of one entry */
  readonly batch?: readonly { readonly yuan: string; readonly serial: string; readonly remark: string }[]
}

export interface Shape {
  readonly day?: string
  readonly account?: string
  readonly version?: string
  readonly prefix?: string
  readonly opening?: string
  /** of the closing balance; the right one when left out */
  readonly closing?: string
}

const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const fen = (yuan: string) => Math.round(Number(yuan) * 100)

function transaction(entry: Entry, { yuan, serial, remark }: { yuan: string; serial: string; remark: string }): string {
  const side = entry.isOut || entry.isReturn ? 'Cdtr' : 'Dbtr'
  return `<TxDtls><Refs><AcctSvcrRef>${serial}</AcctSvcrRef>${entry.endToEndId ? `<EndToEndId>${entry.endToEndId}</EndToEndId>` : ''}</Refs>
    <Amt Ccy="${entry.currency ?? 'CNY'}">${yuan}</Amt>
    <RltdPties>${entry.name ? `<${side}><Pty><Nm>${escaped(entry.name)}</Nm></Pty></${side}>` : ''}
    ${entry.account ? `<${side}Acct><Id><Othr><Id>${entry.account}</Id></Othr></Id></${side}Acct>` : ''}</RltdPties>
    <RmtInf><Ustrd>${escaped(remark)}</Ustrd></RmtInf>${entry.isReturn ? '<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>' : ''}</TxDtls>`
}

function entryOf(entry: Entry, i: number, day: string): string {
  const { yuan, serial = `C${i}`, remark = '', currency = 'CNY' } = entry
  const parts = entry.batch ?? [{ yuan, serial, remark }]
  return `<Ntry><Amt Ccy="${currency}">${yuan}</Amt><CdtDbtInd>${entry.isOut ? 'DBIT' : 'CRDT'}</CdtDbtInd>
    <Sts><Cd>${entry.status ?? 'BOOK'}</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><AcctSvcrRef>${serial}</AcctSvcrRef>
    ${entry.isCharge ? '<BkTxCd><Domn><Cd>ACMT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn></BkTxCd>' : ''}<NtryDtls>${parts.map(part => transaction(entry, part)).join('')}</NtryDtls></Ntry>`
}

/** A bank statement in ISO 20022 camt.053 with balances that fit, unless another closing balance is given. */
export function camtOf(entries: readonly Entry[], shape: Shape = {}): string {
  const { day = '2026-03-02', account, version = '08', prefix = '', opening = '1000.00' } = shape
  const moved = entries
    .filter(each => (each.status ?? 'BOOK') === 'BOOK')
    .reduce((sum, each) => sum + (each.isOut ? -1 : 1) * fen(each.yuan), 0)
  const closing = shape.closing ?? ((fen(opening) + moved) / 100).toFixed(2)
  const balance = (code: string, yuan: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${yuan.replace('-', '')}</Amt>
     <CdtDbtInd>${yuan.startsWith('-') ? 'DBIT' : 'CRDT'}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`
  const body = `<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id>
    ${account ? `<Acct><Id><Othr><Id>${account}</Id></Othr></Id></Acct>` : ''}
    ${balance('OPBD', opening)}${balance('CLBD', closing)}
    ${entries.map((each, i) => entryOf(each, i + 1, day)).join('\n')}</Stmt></BkToCstmrStmt>`
  const named = prefix === '' ? body : body.replace(/<(\/?)(\w)/g, `<$1${prefix}:$2`)
  const p = prefix === '' ? '' : `${prefix}:`
  const space = `xmlns${prefix && `:${prefix}`}="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${p}Document ${space}>${named}</${p}Document>`
}
