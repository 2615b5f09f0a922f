import { stringify } from 'csv-stringify/sync'
import type { Day } from '../../../kernel/calendar.ts'
import { formatYuan } from '../../../kernel/money.ts'
import { text } from '../../../kernel/text.ts'
import type { Gateway, PaymentOrder, Statement } from '../gateway.ts'
import { readCamt } from './statements/camt.ts'
import { readCsv } from './statements/csv.ts'
import { decode } from './statements/text.ts'

/** A statement in a format that is known by its first character: XML is camt.053, all else a table. */
function readStatement(bytes: Buffer, today: Day): Statement {
  const { content, encoding } = decode(bytes)
  const read = content.trimStart().startsWith('<') ? readCamt : readCsv
  return { encoding, ...read(content, today) }
}

const paymentHeader = ['收款人名称', '收款账号', '收款银行', '联行号', '金额（元）', '用途', '指令编号']

/** The payment file, opened by people in spreadsheets too: nothing in it is taken for a formula (ASVS 1.2.10). */
function writePayments(payments: readonly PaymentOrder[]): Buffer {
  const tidy = (value: string) => value.replace(/\p{Cc}+/gu, ' ').trimStart()
  const rows = payments.map(p => [
    tidy(p.holderName),
    p.accountNumber,
    tidy(p.bankName),
    p.bankCode ?? '',
    formatYuan(p.amountFen).replaceAll(',', ''),
    tidy(p.purpose),
    p.id,
  ])
  return Buffer.from(
    stringify([paymentHeader, ...rows], { bom: true, escape_formulas: true, record_delimiter: 'windows' }),
  )
}

/** Transfers by bank, with instructions and files between people: the default, which needs no outside service. */
export const bankTransfer: Gateway = {
  code: 'bank-transfer',
  instruct: (payee, amountFen, referenceCode) => ({
    steps: [
      text(
        `向 ${payee.holderName}（${payee.bankName}）账号 ${payee.accountNumber} 转账 ${formatYuan(amountFen)} 元。`,
        `Transfer CNY ${formatYuan(amountFen)} to ${payee.holderName} at ${payee.bankName}, account ${payee.accountNumber}.`,
      ),
      text(
        `在附言（用途）中只填写付款参考码 ${referenceCode}。`,
        `Write the payment reference ${referenceCode}, and nothing else, into the remark.`,
      ),
      text(
        '请从本机构账户付款；退款只退回付款账户。',
        'Pay from an account of your organisation; refunds go back to it only.',
      ),
    ],
  }),
  readStatement,
  writePayments,
}
