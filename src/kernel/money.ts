/** A whole number of digits before the point, grouped by thousands or not at all, and at most two after it. */
const yuanPattern = /^(-?)(0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d{1,2}))?$/

/** Yuan with two decimals and thousands separators: 123450n → `1,234.50`. */
export function formatYuan(fen: bigint): string {
  const size = fen < 0n ? -fen : fen
  const yuan = (size / 100n).toString().replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `${fen < 0n ? '-' : ''}${yuan}.${(size % 100n).toString().padStart(2, '0')}`
}

/**
 * Reads an amount in yuan as bank statements write it: `1234.5`, `1,234.50`, `-12`. Undefined for anything else,
 * a third decimal and a misplaced comma among them: an amount is never guessed or rounded.
 */
export function parseYuan(amount: string): bigint | undefined {
  const found = yuanPattern.exec(amount)
  if (!found) return undefined
  const [, sign, yuan = '', cents = ''] = found
  const fen = BigInt(yuan.replaceAll(',', '')) * 100n + BigInt(cents.padEnd(2, '0'))
  return sign === '-' ? -fen : fen
}

/** The sum of some amounts in fen. */
export const sumFen = (amounts: Iterable<bigint>): bigint => {
  let sum = 0n
  for (const amount of amounts) sum += amount
  return sum
}

/**
 * Splits a total by weights so that the parts sum to it exactly and each is within 1 fen of its exact share: what
 * rounding down leaves goes to the largest remainders, to the earlier of equal ones (trust invariant I18).
 * @throws RangeError for a negative total or weight, or when no weight is above zero.
 */
export function splitLargestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = sumFen(weights)
  if (total < 0n || weights.some(weight => weight < 0n)) throw new RangeError('a split needs amounts and weights ≥ 0')
  if (sum === 0n) throw new RangeError('a split needs a weight above zero')
  const parts = weights.map(weight => (total * weight) / sum)
  const remainders = weights.map((weight, at) => ({ at, left: (total * weight) % sum }))
  remainders.sort((a, b) => (a.left === b.left ? a.at - b.at : a.left > b.left ? -1 : 1))
  const rest = Number(total - sumFen(parts))
  for (const { at } of remainders.slice(0, rest)) parts[at] = parts[at]! + 1n
  return parts
}

const digits = '零壹贰叁肆伍陆柒捌玖'
const units = ['', '拾', '佰', '仟']

/** A number below 10^4, without zeros at either end; a run of zeros inside is one 零. */
function capitalsOfFour(value: bigint): string {
  let words = ''
  let isGap = false
  for (let place = 3; place >= 0; place--) {
    const digit = Number((value / 10n ** BigInt(place)) % 10n)
    if (digit === 0) {
      isGap = words !== ''
      continue
    }
    words += `${isGap ? '零' : ''}${digits[digit]}${units[place]}`
    isGap = false
  }
  return words
}

/** A number below base², as so many `unit`s (万, 亿) and the rest; 零 when the rest does not fill its first place. */
function capitalsOfTwo(value: bigint, base: bigint, unit: string, words: (part: bigint) => string): string {
  const [high, low] = [value / base, value % base]
  if (high === 0n) return words(low)
  const gap = low > 0n && low < base / 10n ? '零' : ''
  return `${words(high)}${unit}${gap}${words(low)}`
}

const capitalsOfEight = (value: bigint): string => capitalsOfTwo(value, 10_000n, '万', capitalsOfFour)
const capitalsOfYuan = (value: bigint): string => capitalsOfTwo(value, 100_000_000n, '亿', capitalsOfEight)

/** The first amount that cannot be written in capitals: 10^16 yuan, in fen. */
const capitalsLimit = 10n ** 18n

/**
 * An amount in Chinese capitals, as contracts and bills carry it (《支付结算办法》附一 正确填写票据和结算凭证的基本规定):
 * 人民币 in front; 整 after 元 and after 角, never after 分; zeros inside the number as one 零, and 零 before 分 when
 * there is no 角. Where the rule leaves 零 to choice (before a 仟 or 角 that follows an empty place) none is written.
 * @throws RangeError for a negative amount and from 10^16 yuan up.
 */
export function yuanToCapitals(fen: bigint): string {
  if (fen < 0n || fen >= capitalsLimit)
    throw new RangeError('capitals are written for amounts from 0 to below 10^16 yuan')
  const yuan = fen / 100n
  const jiao = Number((fen / 10n) % 10n)
  const cents = Number(fen % 10n)
  const whole = yuan > 0n ? `${capitalsOfYuan(yuan)}元` : ''
  if (jiao === 0 && cents === 0) return `人民币${whole || '零元'}整`
  if (cents === 0) return `人民币${whole}${digits[jiao]}角整`
  const tenths = jiao > 0 ? `${digits[jiao]}角` : whole && '零'
  return `人民币${whole}${tenths}${digits[cents]}分`
}
