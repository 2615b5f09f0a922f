import type { Rx } from '../../kernel/command.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { documentTokens, documentWords } from '../../kernel/words.ts'
import { organizationOf } from '../identity/index.ts'
import type { EntryRow, EntryVersionRow } from './schema.ts'

/** The words and tokens by which an entry is found: its names and items, its institution, its themes in both languages. */
export async function indexOf(rx: Rx, of: EntryRow, version: EntryVersionRow) {
  const institution = await organizationOf(rx, of.organizationId)
  const themes = rulesAt(rx.now).lists.themes.items.filter(({ code }) => version.themes.includes(code))
  const titles = [version.nameZh, version.nameEn ?? '', of.code]
  const texts = [
    version.abstract ?? '',
    institution.nameZh,
    institution.nameEn ?? '',
    version.systemOfRecord ?? '',
    ...themes.flatMap(({ name }) => [name.zh, name.en]),
    ...version.items.flatMap(item => [item.nameZh, item.nameEn ?? '', item.codeName ?? '']),
  ]
  return { words: documentWords(titles, texts), tokens: documentTokens(titles, texts) }
}
