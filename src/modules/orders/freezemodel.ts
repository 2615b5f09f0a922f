import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'

/** The competent authority's freeze of a trade's money: one person proposes, another one of the same authority confirms (I22). */
export const freezeMachine = defineMachine({
  name: 'freeze',
  initial: 'proposed',
  states: {
    proposed: text('冻结待复核', 'Freeze to be confirmed'),
    declined: text('未予冻结', 'Not frozen'),
    active: text('已冻结', 'Frozen'),
    lifting: text('解除待复核（仍冻结）', 'Lifting to be confirmed (still frozen)'),
    lifted: text('已解除冻结', 'Freeze lifted'),
  },
  moves: {
    confirm: { from: ['proposed'], to: 'active' },
    decline: { from: ['proposed'], to: 'declined' },
    proposeLifting: { from: ['active'], to: 'lifting' },
    keep: { from: ['lifting'], to: 'active' },
    lift: { from: ['lifting'], to: 'lifted' },
  },
})

export type FreezeState = keyof typeof freezeMachine.states
export type FreezeMove = keyof typeof freezeMachine.moves

/** While a freeze is in one of these, no money of the trade leaves. */
export const frozenStates = ['active', 'lifting'] as const satisfies readonly FreezeState[]

/** What the parties and the operator are shown: a proposal is the authority's own until it is confirmed. */
export const servedStates = ['active', 'lifting', 'lifted'] as const satisfies readonly FreezeState[]

export const tradeFrozen = defineProblem(
  'trade-frozen',
  409,
  text('交易已被主管部门冻结', 'The trade is frozen by the authority'),
  text(
    '冻结期间不得结算、划付或付款；交易记录照常。对冻结有异议的，向作出冻结的主管部门提出。',
    'Until the freeze is lifted nothing is released, transferred or paid out; records go on. Objections go to the authority that froze it.',
  ),
)
