import fc from 'fast-check'
import t from 'tap'
import { formatNumber, isNumber, parseNumber } from '../../src/kernel/numbers.ts'
import { isUscc, mod31Check, usccCheckCharacter } from '../../src/kernel/uscc.ts'

const alphabet = [...'0123456789ABCDEFGHJKLMNPQRTUWXY']
const codes = ['91350100M000100Y43', '91440300708461136T', '91110000802100433B']

t.test('unified social credit codes are checked as GB 32100 says', async t => {
  for (const code of codes) {
    t.ok(isUscc(code), code)
    t.equal(usccCheckCharacter(code.slice(0, 17)), code[17])
  }
  const [code = ''] = codes
  const wrong = [
    ...['', code.slice(0, 17), `${code}3`, code.toLowerCase(), ` ${code}`, `${code}\n`, code.replace('9', '９')],
    ...['91350100I000100Y43', '9135010OM000100Y43', '913501A0M000100Y43', '91350100M000100Y44'],
  ]
  for (const each of wrong) t.notOk(isUscc(each), JSON.stringify(each))
  t.throws(() => usccCheckCharacter('123'), RangeError)
  t.throws(() => usccCheckCharacter('91350100I000100Y4'), RangeError)
  t.throws(() => mod31Check('a'), RangeError)
})

t.test('the check character can be any of the thirty-one', async t => {
  const seen = new Set(alphabet.map(last => usccCheckCharacter(`9114010000000000${last}`)))
  t.equal(seen.size, 31)
})

const bodies = fc.array(fc.constantFrom(...alphabet), { minLength: 20, maxLength: 20 }).map(all => all.join(''))

t.test('one wrong character and two swapped neighbours are always found', async t => {
  const isFound = fc.property(bodies, fc.nat({ max: 18 }), fc.constantFrom(...alphabet), (body, at, other) => {
    const check = mod31Check(body)
    const wrong = body.slice(0, at) + other + body.slice(at + 1)
    const swapped = body.slice(0, at) + body[at + 1] + body[at] + body.slice(at + 2)
    return (wrong === body || mod31Check(wrong) !== check) && (swapped === body || mod31Check(swapped) !== check)
  })
  t.doesNotThrow(() => fc.assert(isFound, { numRuns: 500 }))
})

t.test('a number carries its division, kind, year and sequence', async t => {
  const number = formatNumber('140000', 'DP', 2026, 1)
  t.match(number, /^140000-DP-2026-00000001-[0-9A-Y]$/)
  t.equal(number.at(-1), mod31Check('140000DP202600000001'), 'hyphens are skipped')
  t.same(parseNumber(number), { division: '140000', kind: 'DP', year: 2026, seq: 1 })
  for (const kind of ['DP', 'LT', 'CT', 'RG', 'BA', 'DD', 'GX', 'KF', 'FX', 'AQ', 'XG', 'GH', 'YF']) {
    t.ok(isNumber(formatNumber('140100', kind, 2026, 99_999_999)), kind)
  }
  const made = fc.property(
    fc.integer({ min: 100_000, max: 999_999 }),
    fc.integer({ min: 1000, max: 9999 }),
    fc.integer({ min: 1, max: 99_999_999 }),
    (division, year, seq) => {
      const back = parseNumber(formatNumber(String(division), 'RG', year, seq))
      return back?.division === String(division) && back.year === year && back.seq === seq && back.kind === 'RG'
    },
  )
  t.doesNotThrow(() => fc.assert(made))
})

t.test('a number that is mistyped is refused', async t => {
  const number = formatNumber('140000', 'BA', 2026, 123)
  const wrong = [
    ...[number.replaceAll('-', ''), number.toLowerCase(), ` ${number}`, `${number}\n`, number.slice(0, -1), ''],
    ...[number.replace('2026', '2027'), number.replace('BA', 'AB'), number.replace('123', '132')],
    ...[number.replace('140000', '140100'), number.replace('00000123', '123'), number.replace('-', '–')],
    `140000-DP-2026-00000000-${mod31Check('140000DP202600000000')}`,
  ]
  for (const each of wrong) {
    t.notOk(isNumber(each), JSON.stringify(each))
    t.equal(parseNumber(each), undefined)
  }
  const refused: [string, string, number, number][] = [
    ['14000', 'DP', 2026, 1],
    ['14000A', 'DP', 2026, 1],
    ['140000', 'SV', 2026, 1],
    ['140000', 'D', 2026, 1],
    ['140000', 'D1', 2026, 1],
    ['140000', 'DP', 26, 1],
    ['140000', 'DP', 2026.5, 1],
    ['140000', 'DP', 2026, 0],
    ['140000', 'DP', 2026, -1],
    ['140000', 'DP', 2026, 1.5],
    ['140000', 'DP', 2026, 100_000_000],
  ]
  for (const parts of refused) t.throws(() => formatNumber(...parts), RangeError, parts.join())
})
