/**
 * A process that uses the embedded database of the folder given, for tests of what happens between processes. It says
 * one JSON line when it is ready and one for each row whose commit was acknowledged, and obeys one word on stdin.
 */
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import { startEmbedded } from '../../src/kernel/embedded/index.ts'

async function main(home: string): Promise<void> {
  const database = await startEmbedded({ home })
  const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  process.on('SIGINT', async () => {
    await wait(200)
    const [row] = await sql`select 1 as one`
    say({ afterInterrupt: row?.one })
    await database.stop()
    process.exit(0)
  })
  say({ url: database.url, port: database.port, isOwner: database.isOwner })
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === 'write') {
      await sql`create table if not exists kept (n int primary key)`
      for (let n = 0; ; n++) {
        await sql`insert into kept values (${n})`
        say({ acknowledged: n })
      }
    }
    if (word === 'crash') process.exit(7)
    if (word === 'stop') break
  }
  await sql.end({ timeout: 1 })
  await database.stop()
  process.exit(0)
}

main(process.argv[2] as string).catch(error => {
  console.error(error)
  process.exit(1)
})
