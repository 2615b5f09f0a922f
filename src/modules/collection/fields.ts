import type { Field } from './matching.ts'

/**
 * The fields of a planned form, one a line: its name, then, separated by a tab, a bar or a comma, the name of its column
 * and its standard where they are known. Empty lines do not count; a name that stands twice is kept twice.
 */
export const parseFields = (lines: string): Field[] =>
  lines
    .split(/\r?\n/)
    .map(line => line.split(/[\t|,，]/).map(part => part.trim()))
    .filter(([name]) => name !== undefined && name !== '')
    .map(([nameZh, codeName, standard]) => ({
      nameZh: nameZh!,
      codeName: codeName || null,
      standard: standard || null,
    }))

/** Fields as they are written in the form of a person. */
export const writeFields = (fields: readonly Field[]): string =>
  fields
    .map(({ nameZh, codeName, standard }) =>
      [nameZh, codeName ?? '', standard ?? ''].join(' | ').replace(/( \| )+$/, ''),
    )
    .join('\n')
