import { stat } from 'node:fs/promises'
import { eq } from 'drizzle-orm'
import { system } from '../../kernel/actor.ts'
import type { Machinery, Task } from '../../kernel/task.ts'
import { finishUpload } from './arriving.ts'
import { inspect, passVersion } from './inspection.ts'
import { dataUpload, dataVersion } from './schema.ts'
import { scrubbing } from './scrubbing.ts'
import { receptionOf, stagedIds } from './tus.ts'
import { profileVersion } from './upload.ts'

/** A whole upload that nobody has touched for so long was left by a process that ended: a request would be done. */
const quietSeconds = 20
/** What killed processes left of files on their way is removed after so long. */
const leftoverHours = 24

const surroundings = ({ engine, log }: Machinery) => ({ engine, actor: system, log })

/** One staged file: finished where its last byte is there, removed where its upload is over. True when something was done. */
async function tend(machinery: Machinery, id: string, now: Date): Promise<boolean> {
  const { engine, kit } = machinery
  const { store } = receptionOf(kit)
  const [upload] = await engine.read(system, rx => rx.tx.select().from(dataUpload).where(eq(dataUpload.id, id)))
  if (upload?.state !== 'receiving') {
    await store.discard(id)
    return true
  }
  const path = store.pathOf(id)
  const found = await stat(path).catch(() => undefined)
  if (found?.size !== upload.bytes || now.getTime() - found.mtimeMs < quietSeconds * 1000) return false
  await finishUpload(surroundings(machinery), upload, { path, discard: () => store.discard(id) })
  return true
}

/** Finishes uploads that a kill cut off at their end, and sweeps what is over. */
function tending(): Task {
  return {
    name: 'data.tend-uploads',
    period: 5_000,
    async run(machinery) {
      const { client, kit } = machinery
      const [row] = await client<{ ms: number }[]>`select extract(epoch from now())::float8 * 1000 as ms`
      const now = new Date(row!.ms)
      for (const id of await stagedIds(kit)) await tend(machinery, id, now)
      return false
    },
  }
}

/** Sweeps what killed processes left in the file store, once an hour. */
function sweeping(): Task {
  return {
    name: 'data.sweep-files',
    period: 3_600_000,
    async run({ client, kit, log }) {
      const [row] = await client<{ ms: number }[]>`
        select extract(epoch from now() - ${leftoverHours} * interval '1 hour')::float8 * 1000 as ms`
      const removed = await kit.files.sweep(new Date(row!.ms))
      if (removed > 0) log.warn({ removed }, 'what interrupted writers had left was swept')
      return false
    },
  }
}

/** Scans held files once the scanner answers again, or once the operator's setting accepts them. */
function rescanning(): Task {
  return {
    name: 'data.rescan-held',
    period: 10_000,
    async run(machinery) {
      const { client, engine, kit } = machinery
      const { scanning } = kit
      if (scanning.kind === 'held') return false
      const [held] = await client<{ id: string }[]>`
        select v.id from data.data_version v join data.data_inspection i on i.data_version_id = v.id
        where v.state = 'unscanned' and i.verdict = 'held' and i.is_waiting order by v.id limit 1`
      if (!held || (scanning.kind === 'scanner' && (await scanning.scanner.ping()) !== null)) return false
      const [row] = await engine.read(system, rx => rx.tx.select().from(dataVersion).where(eq(dataVersion.id, held.id)))
      const found = await inspect(machinery, row!)
      if (found.verdict === 'held' && found.isWaiting) return false
      const passed = await engine.write(system, { operation: 'passVersion' }, cx => passVersion(cx, held.id, found))
      if (!passed.isReplay) await profileVersion(surroundings(machinery), passed.value)
      return true
    },
  }
}

export const tendingTasks: readonly Task[] = [tending(), sweeping(), rescanning(), scrubbing()]
