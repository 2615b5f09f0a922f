import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import postgres from 'postgres'
import { migrate } from '../../src/kernel/db/migrate.ts'
import { newId } from '../../src/kernel/ids.ts'
import { testServer } from './server.ts'

type Test = { teardown: (work: () => Promise<void>) => void }

const folder = new URL('../../migrations/', import.meta.url)

/** A template's name follows from the migrations' bytes and stamps, so a changed schema never meets an old template. */
const templateName = () => {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort())
    if (file.endsWith('.sql')) hash.update(readFileSync(new URL(file, folder)))
  hash.update(readFileSync(new URL('meta/_journal.json', folder)))
  return `template_${hash.digest('hex').slice(0, 16)}`
}

const at = (server: string, database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).href

async function ensureTemplate(server: string, admin: postgres.Sql): Promise<string> {
  const name = templateName()
  await admin`select pg_advisory_lock(hashtext(${name}))`
  try {
    const exists = await admin`select 1 from pg_database where datname = ${name} and datistemplate`
    if (exists.length === 0) {
      await admin.unsafe(`drop database if exists ${name}`)
      await admin.unsafe(`create database ${name}`)
      await migrate(at(server, name))
      await admin.unsafe(`alter database ${name} is_template true allow_connections false`)
    }
  } finally {
    await admin`select pg_advisory_unlock(hashtext(${name}))`
  }
  return name
}

/** A migrated database of the test's own, cloned from the template, dropped at the end. */
export async function freshDatabase(t: Test): Promise<string> {
  const server = await testServer(t)
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  const name = `test_${newId().replaceAll('-', '')}`
  const template = await ensureTemplate(server, admin)
  await admin.unsafe(`create database ${name} template ${template}`)
  t.teardown(async () => {
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
  })
  return at(server, name)
}
