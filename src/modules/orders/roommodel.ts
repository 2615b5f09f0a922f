import { defineMachine } from '../../kernel/machine.ts'
import { text } from '../../kernel/text.ts'

/** How a party or the operator proposes that a dispute ends: nothing happens before the other side accepts it. */
export const proposalMachine = defineMachine({
  name: 'dispute-proposal',
  initial: 'open',
  states: {
    open: text('待对方答复', 'Waits for the other side'),
    accepted: text('已接受', 'Accepted'),
    declined: text('未接受', 'Declined'),
    withdrawn: text('已撤回', 'Withdrawn'),
    overtaken: text('争议已了结', 'The dispute ended otherwise'),
  },
  moves: {
    accept: { from: ['open'], to: 'accepted' },
    decline: { from: ['open'], to: 'declined' },
    withdraw: { from: ['open'], to: 'withdrawn' },
    overtake: { from: ['open'], to: 'overtaken' },
  },
})

export type ProposalState = keyof typeof proposalMachine.states
export type Party = 'buyer' | 'vendor'
export type Outcome = 'accept' | 'partial' | 'refund'
