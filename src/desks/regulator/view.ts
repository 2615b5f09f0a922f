import { Type } from 'typebox'
import { startOfDay } from '../../kernel/calendar.ts'
import { parseYuan } from '../../kernel/money.ts'
import {
  type FilingState,
  type FindingCode,
  filingMachine,
  findingCodes,
  type QueueQuery,
} from '../../modules/registration/index.ts'

const choice = (values: readonly string[]) => Type.Optional(Type.String({ enum: [...values] }))
const yesNo = choice(['true', 'false'])
const typed = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

/** The parts of a queue's address: what a person typed stays as it was typed. */
export const viewQuery = {
  scope: choice(['own', 'along']),
  state: choice(['all', ...Object.keys(filingMachine.states)]),
  division: typed(6),
  text: typed(100),
  min: typed(24),
  max: typed(24),
  from: typed(10),
  to: typed(10),
  late: choice(['true']),
  personal: yesNo,
  public: yesNo,
  grade: choice(['general', 'important', 'core']),
  corrected: choice(['true']),
  wrong: yesNo,
  finding: choice(findingCodes),
  sort: choice(['due', 'newest', 'oldest', 'amount']),
}

/** A view of the queue as its address says it. */
export type View = { readonly [K in keyof typeof viewQuery]?: string }

const names = Object.keys(viewQuery) as (keyof View)[]

/** The address of a view, with parts changed; `undefined` takes one away. The page of a list is not part of it. */
export function addressOf(path: string, view: View, changes: { readonly [K in keyof View]?: string | undefined } = {}) {
  const params = new URLSearchParams()
  for (const name of names) {
    const value = name in changes ? changes[name] : view[name]
    if (value) params.set(name, value)
  }
  const rest = params.toString()
  return rest === '' ? path : `${path}?${rest}`
}

/** Only the parts of a query that belong to the view. */
export const viewOf = (query: Readonly<Record<string, unknown>>): View =>
  Object.fromEntries(names.flatMap(name => (query[name] === undefined ? [] : [[name, String(query[name])]])))

const truth = (value: string | undefined): boolean | undefined => (value === undefined ? undefined : value === 'true')

function fen(value: string | undefined): number | undefined {
  const amount = value === undefined ? undefined : parseYuan(value.trim().replaceAll('，', ','))
  return amount === undefined || amount < 0n || amount > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(amount)
}

function day(value: string | undefined): string | undefined {
  try {
    return value && startOfDay(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What could not be read of what was typed, by the name of the field: it is left out of the query, and said. */
export const unreadable = (view: View): (keyof View)[] =>
  (['min', 'max'] as const)
    .filter(name => view[name] !== undefined && fen(view[name]) === undefined)
    .concat((['from', 'to'] as const).filter(name => view[name] !== undefined && !day(view[name])) as never[])

/** Leaves out what is undefined. */
const some = <T extends object>(of: T) =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** The query behind a view: filings that wait for a check, unless another state is named. */
export function queryOf(view: View): QueueQuery {
  const state = view.state ?? 'filed'
  return some({
    scope: view.scope as QueueQuery['scope'],
    state: state === 'all' ? undefined : (state as FilingState),
    division: /^\d{6}$/.test(view.division ?? '') ? view.division : undefined,
    text: view.text?.trim() || undefined,
    amountFrom: fen(view.min),
    amountTo: fen(view.max),
    receivedFrom: day(view.from),
    receivedTo: day(view.to),
    isOverdue: truth(view.late),
    containsPersonalInfo: truth(view.personal),
    isPublicData: truth(view.public),
    grade: view.grade,
    isCorrected: truth(view.corrected),
    hasFindings: truth(view.wrong),
    finding: view.finding as FindingCode | undefined,
    sort: view.sort as QueueQuery['sort'],
  })
}

/** Whether anything but the state narrows the view. */
export const isNarrowed = (view: View): boolean =>
  names.some(name => !['state', 'sort', 'scope'].includes(name) && view[name] !== undefined)
