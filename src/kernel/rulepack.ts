import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Value } from 'typebox/value'
import { hasHolidayTable, startOfDay } from './calendar.ts'
import { canonicalJson } from './canonical.ts'
import { division, isWithin } from './division.ts'
import { laterClocks, laterLists, PackFile } from './packschema.ts'
import { type Text, text } from './text.ts'

/** What a pack value becomes when it is read: its source key is the citation itself, marked where it is unverified. */
type Resolved<T> = T extends readonly (infer U)[]
  ? readonly Resolved<U>[]
  : T extends object
    ? { readonly [K in keyof T as K extends 'toVerify' ? never : K]: K extends 'source' ? Text : Resolved<T[K]> }
    : T

/** A pack with the parts that came after its version, too. */
type Whole = Required<Omit<PackFile, 'inherits' | 'sources' | 'clocks' | 'periods' | 'lists'>> & {
  clocks: Required<PackFile['clocks']>
  periods: Required<PackFile['periods']>
  lists: Required<PackFile['lists']>
}

/** The law as the exchange applies it from a date on: deadlines, fees, lists, authority names, each with its source. */
export interface RulePack extends Resolved<Whole> {
  /** `code@version`; every decision keeps the reference of the pack it was taken under. */
  readonly ref: string
  /** SHA-256 (hex) of the canonical JSON of the whole pack, inheritance included. */
  readonly digest: string
  /** The competent authority of a division; outside the home province that of the home province. */
  authorityName(divisionCode: string): Text
  /** The division whose authority is competent for a vendor there: its own, or the home province from elsewhere. */
  jurisdictionOf(divisionCode: string): string
}

/** A deadline in working days and the rule it comes from. */
export type RuleClock = RulePack['clocks']['listingReview']

/** Every version of every pack below one folder. */
export interface RuleLibrary {
  /** The newest version of a pack in force at `now`. @throws Error where none is. */
  at(now: Date, code?: string): RulePack
  /** The pack of a stored reference, so that an old case is judged under its old rules. @throws Error if unknown. */
  byRef(ref: string): RulePack
  all(): readonly RulePack[]
}

export const DEFAULT_PACK = 'national-2025'

const byProgram = text('该版本规则包未规定，按程序默认值', 'not in this version of the rules; default of the program')
/** What the exchange did before a pack said it: no grade was proposed, and the limits of findings were the program's. */
const unsaid: Pick<RulePack, 'grading' | 'findings' | 'onlineMost'> & {
  periods: Pick<
    RulePack['periods'],
    'riskRenewalAhead' | 'subscriptionNotice' | 'subscriptionGrace' | 'refundAlipay' | 'refundWechatPay'
  >
} = {
  periods: {
    riskRenewalAhead: { days: 30, source: byProgram },
    subscriptionNotice: { days: 5, source: byProgram },
    subscriptionGrace: { days: 10, source: byProgram },
    refundAlipay: { days: 90, source: byProgram },
    refundWechatPay: { days: 180, source: byProgram },
  },
  onlineMost: { fen: 99_999_999, source: byProgram },
  grading: {
    categories: [{ code: 'business', name: text('业务数据', 'Business data') }],
    heldKinds: [],
    rules: [],
    source: text('该版本规则包未规定', 'not in this version of the rules'),
  },
  findings: {
    minPeers: 5,
    timesMedian: 3,
    repeatDays: 7,
    memoryDays: 365,
    source: byProgram,
  },
}

type Json = { readonly [key: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lays `own` over `base`: objects member by member, except a value with a source, which is replaced as one. */
function overlay(base: unknown, own: unknown): unknown {
  if (!isObject(base) || !isObject(own) || 'source' in own) return own
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(own)) merged[key] = overlay(base[key], value)
  return merged
}

function resolve(value: unknown, sources: PackFile['sources'], ref: string): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(item => resolve(item, sources, ref)))
  if (!isObject(value)) return value
  const members: [string, unknown][] = []
  for (const [key, member] of Object.entries(value)) {
    if (key === 'toVerify') continue
    if (key !== 'source') {
      members.push([key, resolve(member, sources, ref)])
      continue
    }
    const source = sources[String(member)]
    if (!source) throw new Error(`rule pack ${ref} names the source "${String(member)}", which it does not have`)
    const marked = value.toVerify ? text(`${source.zh}（待核对）`, `${source.en} (to verify)`) : source
    members.push([key, Object.freeze(marked)])
  }
  return Object.freeze(Object.fromEntries(members))
}

function check(pack: unknown, ref: string): PackFile {
  if (!Value.Check(PackFile, pack)) {
    const [first] = Value.Errors(PackFile, pack)
    throw new Error(`rule pack ${ref} is not valid: ${first ? `${first.instancePath || '/'} ${first.message}` : ''}`)
  }
  if (pack.effectiveFrom !== null) startOfDay(pack.effectiveFrom)
  if (division(pack.homeDivision)?.level !== 'province') throw new Error(`rule pack ${ref} has no home province`)
  const unknown = pack.coveredYears.find(year => !hasHolidayTable(year))
  if (unknown) throw new Error(`rule pack ${ref} covers ${unknown}, whose holidays the calendar does not know`)
  for (const [name, { items }] of [...Object.entries(pack.lists), ['grades', pack.grades] as const]) {
    const codes = new Set(items.map(item => item.code))
    if (codes.size !== items.length) throw new Error(`rule pack ${ref} has a code twice in ${name}`)
  }
  for (const { code, grade, category, names } of pack.grading?.rules ?? []) {
    const isKnown =
      pack.grades.items.some(item => item.code === grade) &&
      (category === undefined || pack.grading?.categories.some(item => item.code === category))
    if (!isKnown) throw new Error(`rule pack ${ref} has a grading rule ${code} with an unknown grade or category`)
    if (names) new RegExp(names, 'i')
  }
  return pack
}

function authorityOf({ authorities, homeDivision }: PackFile, code: string): Text {
  const at = division(isWithin(code, homeDivision) ? code : homeDivision) ?? division(homeDivision)
  if (!at) throw new Error(`no division ${homeDivision}`)
  const pattern = authorities.named[at.code] ?? authorities[at.level]
  return text(pattern.zh.replace('{division}', at.name), pattern.en.replace('{division}', at.nameEn ?? at.name))
}

/** Says plainly what a version lacks, to who asks for it; who lists what there is does not meet it. */
function orAbsent(values: object, names: readonly string[], ref: string): object {
  const whole = { ...values }
  for (const name of names)
    if (!(name in values))
      Object.defineProperty(whole, name, {
        get: () => {
          throw new Error(`rule pack ${ref} has no ${name}: it came with a later version`)
        },
      })
  return Object.freeze(whole)
}

function build(pack: PackFile, ref: string): RulePack {
  const { inherits: _, sources, ...values } = pack
  const resolved = resolve(values, sources, ref) as Resolved<Whole>
  return Object.freeze({
    ...unsaid,
    ...resolved,
    periods: Object.freeze({ ...unsaid.periods, ...resolved.periods }),
    clocks: orAbsent(resolved.clocks, laterClocks, ref) as RulePack['clocks'],
    lists: orAbsent(resolved.lists, laterLists, ref) as RulePack['lists'],
    ref,
    digest: createHash('sha256').update(canonicalJson(pack)).digest('hex'),
    authorityName: (code: string) => authorityOf(pack, code),
    jurisdictionOf: (code: string) => (isWithin(code, pack.homeDivision) ? code : pack.homeDivision),
  })
}

function readFiles(folder: string): Map<string, Json> {
  const files = new Map<string, Json>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/(^|[\\/])pack[^\\/]*\.json$/.test(name)) continue
    const file = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Json
    const ref = `${String(file.code)}@${String(file.version)}`
    if (files.has(ref)) throw new Error(`rule pack ${ref} is there twice; give the changed one the next version`)
    files.set(ref, file)
  }
  return files
}

function inherit(files: ReadonlyMap<string, Json>, ref: string, heirs: readonly string[] = []): Json {
  const file = files.get(ref)
  if (!file) throw new Error(`rule pack ${ref} does not exist`)
  if (heirs.includes(ref)) throw new Error(`rule packs inherit in a circle: ${[...heirs, ref].join(' → ')}`)
  if (typeof file.inherits !== 'string') return file
  return overlay(inherit(files, file.inherits, [...heirs, ref]), file) as Json
}

/**
 * Reads all packs (`<folder>/…/pack*.json`), lays each over what it inherits and checks it.
 * @throws Error naming the pack and the place for anything that is not as it should be.
 */
export function loadRulePacks(folder: string): RuleLibrary {
  const files = readFiles(folder)
  const packs = new Map([...files.keys()].map(ref => [ref, build(check(inherit(files, ref), ref), ref)]))
  const start = (pack: RulePack) =>
    pack.effectiveFrom === null ? Number.NEGATIVE_INFINITY : startOfDay(pack.effectiveFrom).getTime()
  return {
    at(now, code = DEFAULT_PACK) {
      const [newest] = [...packs.values()]
        .filter(pack => pack.code === code && start(pack) <= now.getTime())
        .sort((a, b) => start(b) - start(a) || b.version - a.version)
      if (!newest) throw new Error(`no rule pack ${code} is in force at ${now.toISOString()}`)
      return newest
    },
    byRef(ref) {
      const pack = packs.get(ref)
      if (!pack) throw new Error(`rule pack ${ref} does not exist`)
      return pack
    },
    all: () => [...packs.values()],
  }
}

let library: RuleLibrary | undefined

/** The packs that lie with the program in `templates/rules/`, read at the first use. */
export function ruleLibrary(): RuleLibrary {
  library ??= loadRulePacks(fileURLToPath(new URL('../../templates/rules', import.meta.url)))
  return library
}

/** The rules in force at `now`. @throws Error where none is. */
export const rulesAt = (now: Date, code: string = DEFAULT_PACK): RulePack => ruleLibrary().at(now, code)

/** The rules of a stored `code@version`. @throws Error if unknown. */
export const rulesOf = (ref: string): RulePack => ruleLibrary().byRef(ref)
