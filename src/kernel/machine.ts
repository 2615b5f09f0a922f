import { stateConflict } from './problem.ts'
import { type Text, text } from './text.ts'

/** One move of a life cycle: from which states, to which state. A list of targets is chosen by a guard in the model. */
export interface Move<S extends string> {
  readonly from: readonly S[]
  readonly to: S
}

/** A life cycle as data: states with their words, the initial state, and the moves by name. */
export interface Machine<S extends string, M extends string> {
  readonly name: string
  readonly initial: S
  readonly states: Readonly<Record<S, Text>>
  readonly moves: Readonly<Record<M, Move<S>>>
}

/** Declares a life cycle and checks it: no unreachable state, no move from or to an unknown one. */
export function defineMachine<S extends string, M extends string>(machine: Machine<S, M>): Machine<S, M> {
  const states = Object.keys(machine.states) as S[]
  const moves = Object.entries(machine.moves) as [M, Move<S>][]
  for (const [name, move] of moves)
    for (const state of [...move.from, move.to])
      if (!states.includes(state)) throw new Error(`${machine.name}.${name} names the unknown state ${state}`)
  const reached = new Set<S>([machine.initial])
  for (let grew = true; grew; ) {
    const next = moves.filter(([, m]) => !reached.has(m.to) && m.from.some(s => reached.has(s)))
    for (const [, m] of next) reached.add(m.to)
    grew = next.length > 0
  }
  const lost = states.filter(s => !reached.has(s))
  if (lost.length > 0) throw new Error(`${machine.name} never reaches ${lost.join(', ')}`)
  return machine
}

/** The moves that are possible in `state`. */
export const movesFrom = <S extends string, M extends string>(machine: Machine<S, M>, state: S): M[] =>
  (Object.entries(machine.moves) as [M, Move<S>][]).filter(([, m]) => m.from.includes(state)).map(([name]) => name)

/** States without a way out. */
export const terminalStates = <S extends string, M extends string>(machine: Machine<S, M>): S[] =>
  (Object.keys(machine.states) as S[]).filter(s => movesFrom(machine, s).length === 0)

/** The state after `move`. @throws state-conflict (409) naming the present state and what is possible in it. */
export function nextState<S extends string, M extends string>(machine: Machine<S, M>, state: S, move: M): S {
  const { from, to } = machine.moves[move]
  if (from.includes(state)) return to
  const possible = movesFrom(machine, state)
  const words = machine.states[state]
  throw stateConflict(
    text(
      `当前状态为“${words.zh}”（${state}），不能执行 ${move}。可执行：${possible.join('、') || '无'}。`,
      `The state is “${words.en}” (${state}); ${move} is not possible. Possible: ${possible.join(', ') || 'nothing'}.`,
    ),
  )
}

/** The life cycle as a Mermaid state diagram; README files carry exactly this text, and a test compares them. */
export function toMermaid<S extends string, M extends string>(machine: Machine<S, M>): string {
  const lines = ['stateDiagram-v2', `  [*] --> ${machine.initial}`]
  for (const [name, move] of Object.entries(machine.moves) as [M, Move<S>][])
    for (const from of move.from) lines.push(`  ${from} --> ${move.to}: ${name}`)
  for (const state of terminalStates(machine)) lines.push(`  ${state} --> [*]`)
  return lines.join('\n')
}
