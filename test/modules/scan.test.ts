import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { usccCheckCharacter } from '../../src/kernel/uscc.ts'
import { profile } from '../../src/modules/data/engine/index.ts'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const idCheck = (body: string) => '10X98765432'[weights.reduce((sum, w, i) => sum + w * Number(body[i]), 0) % 11]!
const luhn = (digits: string) =>
  [...digits]
    .reverse()
    .reduce(
      (sum, d, i) => sum + (i % 2 === 1 ? (Number(d) * 2 > 9 ? Number(d) * 2 - 9 : Number(d) * 2) : Number(d)),
      0,
    ) %
    10 ===
  0
const number = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map(digits => digits.join(''))

const birth = fc
  .date({ min: new Date('1930-01-01'), max: new Date('2020-12-31'), noInvalidDate: true })
  .map(d => d.toISOString().slice(0, 10).replaceAll('-', ''))
const citizen = fc
  .tuple(fc.constantFrom('140105', '110105', '310101', '440304'), birth, number(3))
  .map(([place, day, serial]) => `${place}${day}${serial}`)
  .map(body => body + idCheck(body))
const code = number(7)
  .map(serial => `91140100MA${serial}`)
  .map(body => body + usccCheckCharacter(body))
const card = number(15).map(rest => {
  const body = `622${rest}`
  return body + [...'0123456789'].find(digit => luhn(body + digit))!
})
/** Another check character, so that the value is wrong by one place. */
const miss = (value: string) => value.slice(0, -1) + (value.endsWith('3') ? '4' : '3')

t.test('exactly the values with a right check are counted among their near misses, and none is shown', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-scan-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'values.csv')
  const rows = fc.sample(fc.tuple(citizen, code, card, fc.boolean(), fc.nat(2)), 600)
  const cells = rows.map(([id, uscc, bank, isRight, form]) => {
    const [a, b, c] = isRight ? [id, uscc, bank] : [miss(id), uscc, bank]
    return [
      [a, `身份证${a}。`, `号码 ${a}`][form],
      form === 0 && !isRight ? miss(b!) : b,
      form === 1 && !isRight ? miss(c!) : c,
      miss(id),
    ]
  })
  await writeFile(path, `id,code,card,wrong\n${cells.map(row => row.join(',')).join('\n')}\n`)
  const { scan, rows: count } = await profile(path, 'values.csv')
  t.equal(count, 600)
  const isId = (value: string) =>
    /(\d{17}[\dX])/.exec(value)?.[1] === undefined
      ? false
      : idCheck(/(\d{17})/.exec(value)![1]!) === /\d{17}([\dX])/.exec(value)![1]
  const counted = (column: string, kind: string) => scan.find(f => f.column === column && f.kind === kind)?.count ?? 0
  t.equal(counted('id', 'citizen-id'), cells.filter(row => isId(row[0]!)).length)
  t.equal(counted('code', 'uscc'), cells.filter(row => usccCheckCharacter(row[1]!.slice(0, 17)) === row[1]![17]).length)
  t.equal(counted('card', 'bank-card'), cells.filter(row => luhn(row[2]!)).length)
  t.equal(counted('wrong', 'citizen-id'), cells.filter(row => isId(row[3]!)).length)
  const shown = JSON.stringify(scan)
  t.notOk(
    rows.some(([id, uscc, bank]) => [id, uscc, bank].some(value => shown.includes(value))),
    'samples are masked',
  )
})

t.test('numbers that only look alike are not taken for persons', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-scan-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'plain.csv')
  const rows = Array.from({ length: 500 }, (_, i) => [
    `1401050010${String(i).padStart(2, '0')}`,
    String(1_609_459_200_000 + i * 977),
    (0.13512345678 + i / 1000).toFixed(11),
    String(6_000_000_000_000_000 + i * 7_919),
    '平城区',
  ])
  await writeFile(path, `区划,时间戳,比率,流水,地区\n${rows.map(row => row.join(',')).join('\n')}\n`)
  t.same((await profile(path, 'plain.csv')).scan, [])
})
