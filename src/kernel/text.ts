/** A sentence for people, in both languages. The pair stands where it is used, so neither can be forgotten. */
export interface Text {
  readonly zh: string
  readonly en: string
}

export type Language = 'zh-CN' | 'en'

/** Makes a bilingual text: Chinese first, English complete. */
export const text = (zh: string, en: string): Text => ({ zh, en })

/** The words of `value` in the reader's language. */
export const inLanguage = (value: Text, language: Language): string => (language === 'en' ? value.en : value.zh)

/**
 * The language a reader asked for: the first of `Accept-Language` that is Chinese or English by weight,
 * Chinese when neither is named (RFC 9110 §12.5.4).
 */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  const ranked = (acceptLanguage ?? '')
    .split(',')
    .map(part => {
      const [tag = '', ...params] = part.trim().toLowerCase().split(';')
      const weight = params.map(p => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find(Boolean)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => weight > 0 && /^(zh|en)(-|$)/.test(tag))
    .sort((a, b) => b.weight - a.weight)
  return ranked[0]?.tag.startsWith('en') ? 'en' : 'zh-CN'
}
