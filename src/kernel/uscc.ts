/** The 31 characters of GB 32100-2015; I, O, S, V and Z are left out because they look like digits or each other. */
export const mod31Alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/**
 * The check character of a text over the 31-character alphabet (GB 32100-2015, weights 3^i mod 31): any one wrong
 * character and any two swapped neighbours are found.
 * @throws RangeError when the text holds another character.
 */
export function mod31Check(body: string): string {
  let weight = 1
  let sum = 0
  for (const character of body) {
    const value = mod31Alphabet.indexOf(character)
    if (value < 0) throw new RangeError(`${character} is not one of the 31 characters of GB 32100`)
    sum += value * weight
    weight = (weight * 3) % 31
  }
  return mod31Alphabet[(31 - (sum % 31)) % 31]!
}

/**
 * The check character for the first 17 characters of a unified social credit code.
 * @throws RangeError when there are not 17, or one is not in the alphabet.
 */
export function usccCheckCharacter(body17: string): string {
  if (body17.length !== 17) throw new RangeError('the body of a unified social credit code has 17 characters')
  return mod31Check(body17)
}

/**
 * Whether a text is a unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, digits where the
 * division stands, and the right check character. Lower case and spaces are refused; whether the code was ever issued
 * is not known.
 */
export function isUscc(code: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(code)) return false
  return usccCheckCharacter(code.slice(0, 17)) === code[17]
}
