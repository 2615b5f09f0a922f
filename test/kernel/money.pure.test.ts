import fc from 'fast-check'
import t from 'tap'
import { formatYuan, parseYuan, splitLargestRemainder, sumFen, yuanToCapitals } from '../../src/kernel/money.ts'

t.test('amounts are written with thousands and two decimals, and read back', async t => {
  const known: [bigint, string][] = [
    [0n, '0.00'],
    [5n, '0.05'],
    [99n, '0.99'],
    [100n, '1.00'],
    [99_999n, '999.99'],
    [100_000n, '1,000.00'],
    [123_450n, '1,234.50'],
    [123_456_789_012n, '1,234,567,890.12'],
    [-150n, '-1.50'],
    [-5n, '-0.05'],
  ]
  for (const [fen, yuan] of known) {
    t.equal(formatYuan(fen), yuan)
    t.equal(parseYuan(yuan), fen)
  }
  t.equal(parseYuan('1234.5'), 123_450n)
  t.equal(parseYuan('1234'), 123_400n)
  t.equal(parseYuan('-12.3'), -1230n)
  t.doesNotThrow(() => fc.assert(fc.property(fc.bigInt(), fen => parseYuan(formatYuan(fen)) === fen)))
})

t.test('an amount that is not exact is never guessed', async t => {
  const wrong = [
    '',
    '.5',
    '5.',
    '1.234',
    '01',
    '1,23',
    '12,34.00',
    '1234,567',
    ',123',
    '1,,234',
    '+1',
    '--1',
    '1e3',
    '0x1',
  ]
  for (const text of [...wrong, ' 1', '1 ', '¥1', '１', '1.2.3', '1,000.', 'NaN', '1\n', '0,123']) {
    t.equal(parseYuan(text), undefined, JSON.stringify(text))
  }
})

t.test('capitals follow the rules for bills', async t => {
  const known: [string, string][] = [
    ['0', '零元整'],
    ['0.05', '伍分'],
    ['0.30', '叁角整'],
    ['0.35', '叁角伍分'],
    ['1.00', '壹元整'],
    ['10.00', '壹拾元整'],
    ['15.00', '壹拾伍元整'],
    ['1234.50', '壹仟贰佰叁拾肆元伍角整'],
    ['1005.30', '壹仟零伍元叁角整'],
    ['100000.05', '壹拾万元零伍分'],
    ['1000000000.00', '壹拾亿元整'],
    // The examples of the rule itself.
    ['1409.50', '壹仟肆佰零玖元伍角整'],
    ['6007.14', '陆仟零柒元壹角肆分'],
    ['1680.32', '壹仟陆佰捌拾元叁角贰分'],
    ['107000.53', '壹拾万柒仟元伍角叁分'],
    ['16409.02', '壹万陆仟肆佰零玖元零贰分'],
    ['325.04', '叁佰贰拾伍元零肆分'],
    ['10000.00', '壹万元整'],
    ['10001.00', '壹万零壹元整'],
    ['10010.00', '壹万零壹拾元整'],
    ['11000.00', '壹万壹仟元整'],
    ['100100000.00', '壹亿零壹拾万元整'],
    ['100007000.00', '壹亿零柒仟元整'],
    ['110000000.00', '壹亿壹仟万元整'],
    ['100000001.00', '壹亿零壹元整'],
    ['1000000000000.00', '壹万亿元整'],
    ['1000000005000.00', '壹万亿零伍仟元整'],
    ['1234500000000.00', '壹万贰仟叁佰肆拾伍亿元整'],
    ['9999999999999999.99', '玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分'],
  ]
  for (const [yuan, capitals] of known) t.equal(yuanToCapitals(parseYuan(yuan)!), `人民币${capitals}`, yuan)
  t.throws(() => yuanToCapitals(-1n), RangeError)
  t.throws(() => yuanToCapitals(10n ** 18n), RangeError)
})

/** Reads capitals back by their plain meaning, so that no two amounts can be written alike. */
function fromCapitals(words: string): bigint {
  const value: Record<string, bigint> = { 拾: 10n, 佰: 100n, 仟: 1000n }
  let [fen, yuan, section, digit] = [0n, 0n, 0n, 0n]
  for (const word of words.replace('人民币', '')) {
    const at = '零壹贰叁肆伍陆柒捌玖'.indexOf(word)
    if (at >= 0) digit = BigInt(at)
    else if (value[word]) {
      section += digit * value[word]
      digit = 0n
    } else if (word === '万') {
      yuan += (section + digit) * 10_000n
      section = digit = 0n
    } else if (word === '亿') {
      yuan = (yuan + section + digit) * 100_000_000n
      section = digit = 0n
    } else if (word === '元') {
      fen = (yuan + section + digit) * 100n
      digit = 0n
    } else if (word === '角') fen += digit * 10n
    else if (word === '分') fen += digit
  }
  return fen
}

t.test('capitals mean the amount and nothing else', async t => {
  const amount = fc.oneof(
    fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
    fc.bigInt({ min: 0n, max: 10n ** 8n }),
    fc
      .array(fc.constantFrom('0', '0', '0', '1', '9'), { minLength: 1, maxLength: 18 })
      .map(all => BigInt(all.join(''))),
  )
  const property = fc.property(amount, fen => {
    const words = yuanToCapitals(fen)
    const isWellFormed = !/零零|零[元角分万亿]|亿万|元[万亿元]/.test(fen === 0n ? '' : words)
    return isWellFormed && /整$|分$/.test(words) && fromCapitals(words) === fen
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
})

t.test('a split loses and makes no fen', async t => {
  t.same(splitLargestRemainder(100n, [1n, 1n, 1n]), [34n, 33n, 33n], 'the earlier of equals')
  t.same(splitLargestRemainder(10_000n, [97n, 3n]), [9700n, 300n])
  t.same(splitLargestRemainder(1n, [1n, 2n]), [0n, 1n])
  t.same(splitLargestRemainder(5n, [0n, 1n, 0n]), [0n, 5n, 0n], 'nothing for a weight of zero')
  t.same(splitLargestRemainder(0n, [1n, 2n]), [0n, 0n])
  t.throws(() => splitLargestRemainder(1n, []), RangeError)
  t.throws(() => splitLargestRemainder(1n, [0n]), RangeError)
  t.throws(() => splitLargestRemainder(-1n, [1n]), RangeError)
  t.throws(() => splitLargestRemainder(1n, [2n, -1n]), RangeError)
  t.equal(sumFen([]), 0n)

  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 12 })
  const property = fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), weights, (total, shares) => {
    const sum = sumFen(shares)
    fc.pre(sum > 0n)
    const parts = splitLargestRemainder(total, shares)
    const isNear = parts.every((part, at) => {
      const off = part * sum - total * shares[at]!
      return off < sum && -off < sum && (shares[at]! > 0n || part === 0n)
    })
    return sumFen(parts) === total && isNear && splitLargestRemainder(total, shares).join() === parts.join()
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }))
})
