import { division as divisionAt, divisionOf } from '../../kernel/division.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'

/** The authoritative source of a data element in a jurisdiction (一数一源, Art 24 ¶1): proposed, open to objection, decided. */
export const sourceMachine = defineMachine({
  name: 'source',
  initial: 'proposed',
  states: {
    proposed: text('异议期', 'Open to objection'),
    disputed: text('争议待答复', 'Disputed'),
    ready: text('待认定', 'To be decided'),
    in_force: text('有效', 'In force'),
    refused: text('不予认定', 'Refused'),
    replaced: text('已更替', 'Replaced'),
    withdrawn: text('已撤回', 'Withdrawn'),
    vacant: text('来源空缺', 'Vacant'),
    lapsed: text('已终止', 'Lapsed'),
  },
  moves: {
    dispute: { from: ['proposed', 'disputed'], to: 'disputed' },
    answer: { from: ['disputed'], to: 'proposed' },
    conclude: { from: ['proposed', 'disputed'], to: 'ready' },
    adopt: { from: ['ready'], to: 'in_force' },
    refuse: { from: ['ready'], to: 'refused' },
    replace: { from: ['in_force'], to: 'replaced' },
    withdraw: { from: ['proposed', 'disputed', 'ready', 'in_force'], to: 'withdrawn' },
    vacate: { from: ['in_force'], to: 'vacant' },
    lapse: { from: ['proposed', 'disputed', 'ready'], to: 'lapsed' },
  },
})

export type SourceState = keyof typeof sourceMachine.states
export type SourceMove = keyof typeof sourceMachine.moves

/** States of a proposal on which nobody has decided yet. */
export const openStates = ['proposed', 'disputed', 'ready'] as const

export const isOpenState = (state: string): boolean => (openStates as readonly string[]).includes(state)

/** The jurisdiction of an institution: the county, city or province (GB/T 2260) that its division lies in or is. */
export const jurisdictionOf = (division: string): string => divisionOf(division)?.code ?? division.slice(0, 6)

/** The jurisdictions whose sources hold for a division, the nearest first: its own, its city's, its province's. */
export function chainOf(division: string): string[] {
  const own = jurisdictionOf(division)
  const chain = [own, `${own.slice(0, 4)}00`, `${own.slice(0, 2)}0000`]
  return [...new Set(chain)].filter(code => divisionAt(code) !== undefined || code === own)
}

export const itemNotPublished = defineProblem(
  'item-not-published',
  422,
  text('该信息项不在已发布的目录中', 'The item is in no published entry'),
  text(
    '选择本机构已发布目录中的信息项；目录尚未发布的，先提交审核。',
    'Choose an item of a published entry; have the entry reviewed and published first.',
  ),
)

export const deciderNotIndependent = defineProblem(
  'decider-not-independent',
  403,
  text('认定人须独立于各方', 'Who decides must be independent of the parties'),
  text(
    '请由不属于申报机构和异议机构、也未参与申报的人员认定。',
    'Ask somebody who belongs to neither side and had no part in the proposal.',
  ),
)
