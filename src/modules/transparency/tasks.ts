import { begin } from '../../kernel/db/begin.ts'
import type { Machinery, Task, Vital } from '../../kernel/task.ts'
import { areFilesSound, Unsound } from './derivation.ts'
import { sequence } from './sequencer.ts'
import { type LogState, readState } from './standing.ts'
import { type LogStore, openLogStore } from './store.ts'

/** Entries wait this long at most before they are integrated, and a little for the signing and writing. */
const period = 500

const storeOf = ({ kit }: Machinery): LogStore => openLogStore(kit.settings.home)

/**
 * The sequencer as the worker runs it. When signing would fork the log it raises the alarm, once for each reason, and
 * goes on looking: service continues, entries wait in the queue.
 */
function sequencer(): Task {
  const told = new WeakMap<Machinery['client'], string>()
  return {
    name: 'transparency.sequence',
    period,
    async run(machinery) {
      const { client, log } = machinery
      const store = storeOf(machinery)
      if (!told.has(client)) await store.sweep()
      try {
        const isMore = await sequence(machinery, store)
        if (told.get(client)) log.warn('the log is signed again')
        told.set(client, '')
        return isMore
      } catch (error) {
        if (!(error instanceof Unsound)) throw error
        if (told.get(client) !== error.message) log.fatal({ reason: error.detail }, 'the log is not signed any more')
        told.set(client, error.message)
        return false
      }
    },
  }
}

export const tasks: readonly Task[] = [sequencer()]

const stateOf = (machinery: Machinery): Promise<LogState> =>
  begin(machinery.client, 'read only', sql => readState(sql, machinery.kit, storeOf(machinery)))

async function count(machinery: Machinery): Promise<number> {
  const [row] = await machinery.client<{ n: number }[]>`select count(*)::int4 as n from kernel.audit_queue`
  return row!.n
}

/** Why the log is not signed, or what is wrong with its files; undefined when all is well. */
async function warningOf(machinery: Machinery): Promise<string | undefined> {
  const { standing, published } = await stateOf(machinery)
  if (standing.kind === 'refused') return `log: ${standing.reason.en}`
  if (published && !(await areFilesSound(storeOf(machinery), published)))
    return 'log: files at the edge of the published tree are missing or damaged; npm run verify-log -- --repair'
  return undefined
}

export const vitals: readonly Vital[] = [
  {
    name: 'jinshu_log_published_size',
    help: 'entries under the published checkpoint of the log',
    measure: async machinery => ({ value: (await stateOf(machinery)).published?.size ?? 0 }),
  },
  {
    name: 'jinshu_log_waiting',
    help: 'audit entries that wait to be integrated into the log',
    measure: async machinery => ({ value: await count(machinery) }),
  },
  {
    name: 'jinshu_log_unsound',
    help: '1 while the signed, the stored and the published log do not agree',
    async measure(machinery) {
      const warning = await warningOf(machinery)
      return warning === undefined ? { value: 0 } : { value: 1, warning }
    },
  },
]
