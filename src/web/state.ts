import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { isInner } from '../kernel/http/inner.ts'
import type { problemDocument } from '../kernel/problem.ts'

export type ProblemDocument = ReturnType<typeof problemDocument>

/** A form that came back: what was typed, and why it is shown again. */
export interface FormState {
  /** `POST /contracts/…/sign`: which form of the page it is */
  readonly to: string
  /** what was typed, by field; passwords and codes are not kept */
  readonly values: Readonly<Record<string, readonly string[]>>
  /** why it was refused; undefined when it waits to be sent again or has been done */
  readonly problem?: ProblemDocument
  /** The session had ended; the person signed in again and finds everything as it was. */
  readonly isResumed?: boolean
  /** What the API answered, for what is shown once and never again (a new token, recovery codes). */
  readonly reply?: Readonly<Record<string, unknown>>
  /** A form that waits for its person to sign in again: kept inside the sign-in form. */
  readonly pending?: string
}

const header = 'jinshu-form'
const states = new Map<string, FormState>()

/** Lends a page that is shown again the state of its form while `show` asks for it. */
export async function withFormState<T>(state: FormState, show: (headers: Record<string, string>) => Promise<T>) {
  const id = randomUUID()
  states.set(id, state)
  try {
    return await show({ [header]: id })
  } finally {
    states.delete(id)
  }
}

/** The state of the form for which this page is shown again. */
export function formStateOf(request: FastifyRequest): FormState | undefined {
  const id = request.headers[header]
  return typeof id === 'string' && isInner(request) ? states.get(id) : undefined
}
