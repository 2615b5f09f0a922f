import { hash, verify } from '@node-rs/argon2'
import { tooManyRequests } from '../problem.ts'

// OWASP's minimum for argon2id: 19 MiB, two passes
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const maxWaiting = 8
let waiting = 0

/** Hashing is the limit of sign-ins: when more than eight wait, the next is turned away instead of queued. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  if (waiting >= maxWaiting) throw tooManyRequests(undefined, { retryAfter: 1 })
  waiting++
  try {
    return await work()
  } finally {
    waiting--
  }
}

/** argon2id hash of a password, encoded with salt and parameters. @throws too-many-requests when the queue is full. */
export const hashPassword = (password: string): Promise<string> =>
  guarded(() => hash(password.normalize('NFKC'), options))

/** Whether the password belongs to the hash. @throws too-many-requests when the queue is full. */
export const isPassword = (encoded: string, password: string): Promise<boolean> =>
  guarded(() => verify(encoded, password.normalize('NFKC')))
