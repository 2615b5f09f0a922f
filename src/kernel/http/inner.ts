import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

const header = 'jinshu-inner'
const secret = randomUUID()

/** Headers of a request that the application makes to itself: a form's call of the API, a page shown again. */
export const innerHeaders = (): Record<string, string> => ({ [header]: secret })

/** Whether a request came from the application itself; nobody outside the process knows the secret. */
export const isInner = (request: FastifyRequest): boolean => request.headers[header] === secret
