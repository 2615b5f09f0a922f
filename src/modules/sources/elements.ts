import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type Text, text } from '../../kernel/text.ts'

/** A data element (数据元): one thing that may be known of somebody or something, wherever it is kept. */
export interface DataElement {
  /** its lasting identifier, as `citizen-id` */
  readonly code: string
  readonly nameZh: string
  readonly nameEn: string
  readonly definition: string
  readonly definitionEn: string
  /** the standard that defines its values, as `GB 11643-1999` */
  readonly standard: string | null
  /** whether naming the standard alone says that an item is this element */
  readonly isTelling?: boolean
  /** other names of the same */
  readonly synonyms: readonly string[]
  /** names of columns in tables */
  readonly columns: readonly string[]
}

const Words = Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { uniqueItems: true })
const File = Type.Array(
  Type.Object(
    {
      code: Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' }),
      nameZh: Type.String({ minLength: 1, maxLength: 60 }),
      nameEn: Type.String({ minLength: 1, maxLength: 80 }),
      definition: Type.String({ minLength: 1 }),
      definitionEn: Type.String({ minLength: 1 }),
      standard: Type.Union([Type.String({ minLength: 4 }), Type.Null()]),
      isTelling: Type.Optional(Type.Boolean()),
      synonyms: Words,
      columns: Words,
    },
    { additionalProperties: false },
  ),
)

/** A name without width, case, spaces, marks and what stands in brackets: two that agree so are one name. */
export const normalizeName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\([^)]*\)/g, '')
    .replace(/[^\p{L}\p{N}]/gu, '')

/** `GB/T 2260-2007` and `gbt2260` are one standard: its year does not count. */
export const normalizeStandard = (standard: string): string =>
  standard
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[-—–]\s*(19|20)\d\d/g, '')
    .replace(/[^a-z0-9.]/g, '')

function readElements(): readonly DataElement[] {
  const file = new URL('../../../templates/elements/elements.json', import.meta.url)
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!Value.Check(File, read)) {
    const [first] = Value.Errors(File, read)
    throw new Error(`elements.json: ${first?.instancePath} ${first?.message}`)
  }
  const elements = read as DataElement[]
  const owners = new Map<string, string>()
  for (const { code, nameZh, nameEn, synonyms } of elements)
    for (const name of new Set([nameZh, nameEn, ...synonyms].map(normalizeName))) {
      if (owners.has(name)) throw new Error(`elements.json: “${name}” belongs to ${owners.get(name)} and to ${code}`)
      owners.set(name, code)
    }
  return Object.freeze(elements)
}

let library: readonly DataElement[] | undefined

/** The data elements that lie with the program in `templates/elements/`, read at the first use. */
export const standardElements = (): readonly DataElement[] => {
  library ??= readElements()
  return library
}

/** What of a planned field or of a catalog's item can tell which element it is. */
export interface Named {
  readonly itemName: string
  readonly itemNameEn?: string | null
  /** name of its column */
  readonly code?: string | null
  readonly standard?: string | null
}

/** That an item carries an element, by what, and in words. */
export interface ElementMatch {
  readonly element: DataElement
  readonly by: 'name' | 'synonym' | 'column' | 'standard'
  readonly because: Text
}

/** Whether a standard is named in what an item says of its standards: `GB/T 2260` is not `GB/T 22601`. */
function follows(said: string, standard: string): boolean {
  const [all, one] = [normalizeStandard(said), normalizeStandard(standard)]
  const at = one === '' ? -1 : all.indexOf(one)
  return at >= 0 && !/\d/.test(all[at + one.length] ?? '')
}

function matchOne(element: DataElement, item: Named): ElementMatch | undefined {
  const found = (by: ElementMatch['by'], because: Text): ElementMatch => ({ element, by, because })
  const names = [item.itemName, item.itemNameEn].filter(each => each != null && each !== '').map(n => normalizeName(n!))
  const own = [element.nameZh, element.nameEn].map(normalizeName)
  if (names.some(name => own.includes(name))) return found('name', text('名称相同', 'The names agree'))
  const synonym = element.synonyms.find(each => names.includes(normalizeName(each)))
  if (synonym)
    return found(
      'synonym',
      text(`“${synonym}”是“${element.nameZh}”的同义名称`, `“${synonym}” is another name of ${element.nameEn}`),
    )
  const column = item.code ? normalizeName(item.code) : ''
  const named = element.columns.find(each => column !== '' && normalizeName(each) === column)
  if (named) return found('column', text(`列名为 ${item.code}`, `Its column is ${item.code}`))
  const isSame = element.isTelling && item.standard && follows(item.standard, element.standard ?? '')
  return isSame
    ? found('standard', text(`采用同一标准 ${element.standard}`, `It follows the same standard ${element.standard}`))
    : undefined
}

const ranks = ['name', 'synonym', 'column', 'standard'] as const

/** The element that an item carries, by its name, a synonym, its column or its standard, in this order; or none. */
export function elementOf(
  item: Named,
  elements: readonly DataElement[] = standardElements(),
): ElementMatch | undefined {
  const found = elements.flatMap(element => matchOne(element, item) ?? [])
  return found.sort((a, b) => ranks.indexOf(a.by) - ranks.indexOf(b.by))[0]
}
