import t from 'tap'
import { Problem } from '../../src/kernel/problem.ts'
import { bankTransfer } from '../../src/modules/settlement/gateways/banktransfer.ts'
import { camtOf, type Entry, type Shape } from '../support/camt.ts'

const today = '2026-03-05'
const read = (content: string) => bankTransfer.readStatement(Buffer.from(content), today)
const of = (entries: readonly Entry[], shape?: Shape) => read(camtOf(entries, shape))

function refusal(content: string): string {
  try {
    read(content)
    return 'accepted'
  } catch (error) {
    return error instanceof Problem ? `${error.type.slug}: ${error.detail?.en}` : String(error)
  }
}

const id = '0193f0e2-4c11-7d3a-9c55-1f2e3d4c5b6a'

t.test('receipts, payments and returns are told apart, in each version and with a prefix', async t => {
  for (const shape of [{ version: '02' }, { version: '13', prefix: 'ns2' }, { account: '1400 0123 4567' }]) {
    const { receipts, outlays, errors, balances, format } = of(
      [
        { yuan: '1234.50', name: 'A&B <公司>', account: '6222000011112222', remark: '货款 JS1' },
        {
          yuan: '500.00',
          isOut: true,
          name: '启翔公司',
          account: '6222000033334444',
          endToEndId: id.replaceAll('-', ''),
        },
        { yuan: '500.00', isReturn: true, name: '启翔公司', endToEndId: id.toUpperCase(), serial: 'R9' },
        { yuan: '7.00', isOut: true, remark: '账户管理费' },
        { yuan: '9.99', status: 'PDNG' },
      ],
      shape,
    )
    t.same(errors, [])
    t.equal(format, 'camt.053')
    t.match(receipts, [
      {
        amountFen: 123_450n,
        payerName: 'A&B <公司>',
        payerAccount: '6222000011112222',
        remark: '货款 JS1',
        bookedOn: '2026-03-02',
      },
    ])
    t.match(outlays, [
      { kind: 'paid', amountFen: 50_000n, payeeName: '启翔公司', paymentId: id },
      { kind: 'returned', amountFen: 50_000n, paymentId: id, bankSerial: 'R9' },
      { kind: 'paid', amountFen: 700n, paymentId: null },
    ])
    t.equal(outlays.length, 3)
    t.same(balances, { openingFen: 100_000n, closingFen: 100_000n + 123_450n - 700n }, 'what is pending is not counted')
  }
})

t.test('a batch is taken apart, and refused where it does not add up', async t => {
  const batch = [
    { yuan: '3.00', serial: 'B1', remark: 'JS1' },
    { yuan: '4.00', serial: 'B2', remark: 'JS2' },
  ]
  t.match(of([{ yuan: '7.00', batch }]).receipts, [
    { bankSerial: 'B1', amountFen: 300n, remark: 'JS1' },
    { bankSerial: 'B2', amountFen: 400n },
  ])
  const { receipts, errors } = of([{ yuan: '8.00', batch }, { yuan: '1.00' }])
  t.equal(receipts.length, 1, 'the other entry is kept')
  t.match(errors, [{ line: 1, message: { en: /do not add up/ } }])
})

t.test('what is wrong with an entry is said with its number', async t => {
  const { receipts, errors } = of([
    { yuan: '1.00', serial: 'has space' },
    { yuan: '1.00', account: '12' },
    { yuan: '1.00', name: 'x'.repeat(201) },
    { yuan: '2.00' },
  ])
  t.equal(receipts.length, 1)
  t.same(
    errors.map(each => each.line),
    [1, 2, 3],
  )
  for (const each of errors) t.ok(each.message.zh && each.message.en && each.remedy.zh && each.remedy.en)
  const foreign = of([{ yuan: '5.00', currency: 'USD' }, { yuan: '2.00' }])
  t.match(foreign.errors, [{ line: 1, message: { en: /USD/ } }])
  t.equal(foreign.balances, null, 'nothing is said of a sum that is not known')
  t.equal(of([{ yuan: '1.00' }], { day: '2026-03-06' }).errors.length, 1, 'a day in the future')
})

t.test('a file that is incomplete, hostile or something else is refused whole', async t => {
  t.match(refusal(camtOf([{ yuan: '1.00' }], { closing: '1000.50' })), /statement-unreadable: .*CNY 0\.50/)
  t.match(refusal(camtOf([{ yuan: '1.00' }], { opening: '-5.00', closing: '-3.99' })), /CNY 0\.01/)
  t.equal(refusal(camtOf([{ yuan: '1.00' }], { opening: '-5.00' })), 'accepted', 'an overdraft is a balance too')
  const good = camtOf([{ yuan: '1.00' }])
  t.match(refusal(good.replace('?>', '?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>')), /document type/)
  t.match(refusal(good.slice(0, -30)), /not well-formed/)
  t.match(refusal(good.replaceAll('BkToCstmrStmt', 'BkToCstmrDbtCdtNtfctn')), /camt\.053/)
  t.match(refusal(camtOf([{ yuan: '1.00', status: 'PDNG' }])), /no booked entry/)
  t.match(refusal(good.replace(/<Stmt>.*<\/Stmt>/s, found => found + found)), /Statement 2 does not open/)
  const many = Array.from({ length: 2001 }, (): Entry => ({ yuan: '1.00' }))
  t.match(refusal(camtOf(many)), /more than 2000/)
})

t.test('several statements of one account that follow one another are read as one', t => {
  const both = (first: string, second: string) => {
    const [, stmt = ''] = /(<Stmt>.*<\/Stmt>)/s.exec(second) ?? []
    return first.replace('</Stmt>', () => `</Stmt>${stmt}`)
  }
  const monday = camtOf([{ yuan: '10.00', serial: 'A1' }], {
    day: '2026-03-01',
    opening: '5.00',
    account: '6222000011112222',
  })
  const tuesday = (account: string) =>
    camtOf([{ yuan: '4.00', isOut: true, serial: 'A2' }], { opening: '15.00', account })
  const whole = read(both(monday, tuesday('6222000011112222')))
  t.same(whole.balances, { openingFen: 500n, closingFen: 1_100n })
  t.same(
    [...whole.receipts, ...whole.outlays].map(each => [each.line, each.bookedOn, each.bankSerial]),
    [
      [1, '2026-03-01', 'A1'],
      [2, '2026-03-02', 'A2'],
    ],
  )
  t.match(refusal(both(monday, tuesday('6222000033334444'))), /several accounts/)
  t.end()
})
