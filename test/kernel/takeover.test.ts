import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as drizzleMigrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import t from 'tap'
import { createExchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { migrate } from '../../src/kernel/db/migrate.ts'
import { newId } from '../../src/kernel/ids.ts'
import { newLogger } from '../../src/logger.ts'
import { testServer } from '../support/server.ts'

const before = '0028_risk_gate'

/** An empty database with the schema of the time before there was a gate. */
async function earlierDatabase() {
  const server = await testServer(t)
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  const name = `test_${newId().replaceAll('-', '')}`
  await admin.unsafe(`create database ${name}`)
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-migrations-'))
  t.teardown(async () => {
    await rm(folder, { recursive: true, force: true })
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
  })
  await cp('migrations', folder, { recursive: true })
  const journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8'))
  const at = journal.entries.findIndex((entry: { tag: string }) => entry.tag === before)
  t.ok(at > 0, 'the gate came with a migration')
  await writeFile(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }),
  )
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await drizzleMigrate(drizzle(sql), { migrationsFolder: folder })
  return { url, sql }
}

/** A row with what it must have: the given values, and something of the right type for what is not given. */
async function insert(sql: postgres.Sql, table: string, given: Record<string, unknown>) {
  const [schema, name] = table.split('.') as [string, string]
  const columns = await sql<{ name: string; type: string }[]>`
    select column_name as name, udt_name as type from information_schema.columns
    where table_schema = ${schema} and table_name = ${name} and is_nullable = 'NO' and column_default is null`
  const blank: Record<string, unknown> = {
    uuid: newId(),
    timestamptz: '2025-06-01T00:00:00Z',
    date: '2025-06-01',
    bool: false,
    int2: 1,
    int4: 1,
    int8: 1,
    jsonb: [],
    _text: [],
    text: 'x',
    bytea: '\\x00',
  }
  const row = { ...Object.fromEntries(columns.map(each => [each.name, blank[each.type]])), ...given }
  const names = sql(Object.keys(row))
  await sql`insert into ${sql(table)} (${names})
    select ${names} from jsonb_populate_record(null::${sql(table)}, ${JSON.stringify(row)}::text::jsonb)`
}

interface Old {
  readonly state: string
  readonly grade?: string
  readonly isReviewed?: boolean
}

t.test('what was listed before there was a gate is released by takeover, and by no review', async t => {
  const { url, sql } = await earlierDatabase()
  const [vendor, exchange, seller, reviewer] = [newId(), newId(), newId(), newId()]
  // rows as they were, without the rest of what they stood on
  await sql`set session_replication_role = replica`
  const person = (id: string) => insert(sql, 'identity.person', { id, email: `${id}@example.cn` })
  const organization = (id: string, uscc: string) =>
    insert(sql, 'identity.organization', {
      id,
      uscc,
      roles: ['vendor'],
      state: 'verified',
      division: '140100',
      accepted_by: seller,
      verified_by: reviewer,
    })
  await person(seller)
  await person(reviewer)
  await organization(vendor, '91140100MA0000001A')
  await organization(exchange, '91140100MA0000002B')
  const listing = async ({ state, grade = 'general', isReviewed = true }: Old, i: number) => {
    const [data, product, version, id] = [newId(), newId(), newId(), newId()]
    const confirmed = { confirmed_by: seller, confirmed_at: '2025-06-01T00:00:00Z' }
    await insert(sql, 'data.data_version', {
      ...{ id: data, organization_id: vendor, uploaded_by: seller, sha256: String(i).padStart(64, '0'), bytes: 10 },
      ...{ state: 'confirmed', format: 'csv', rows: 1, columns: [], file_name: `d${i}.csv`, notes: {}, ...confirmed },
    })
    await insert(sql, 'catalog.data_product', { id: product, vendor_id: vendor, number: `P${i}`, division: '140100' })
    await insert(sql, 'catalog.product_version', {
      id: version,
      product_id: product,
      version_no: 1,
      data_version_id: data,
    })
    await insert(sql, 'catalog.listing', {
      ...{ id, number: `L${i}`, product_id: product, version_id: version, vendor_id: vendor, division: '140100' },
      ...{
        state,
        grade,
        submitted_by: seller,
        submitted_at: '2025-06-02T00:00:00Z',
        is_important_data_confirmed: true,
      },
      ...(isReviewed && {
        reviewed_by: reviewer,
        reviewer_organization_id: exchange,
        reviewed_at: '2025-06-03T00:00:00Z',
      }),
      ...{ rule_pack: 'national-2025@1', suspended_side: state === 'suspended' ? 'vendor' : null },
      ...{ due_at: '2025-06-20T00:00:00Z', supplement: [] },
    })
    return data
  }
  const olds: Old[] = [
    { state: 'listed' },
    { state: 'suspended', grade: 'important' },
    { state: 'delisted' },
    { state: 'submitted', isReviewed: false },
  ]
  const ids: string[] = []
  for (const [i, old] of olds.entries()) ids.push(await listing(old, i + 1))
  await sql`set session_replication_role = default`
  await migrate(url)

  const isReleased = async (id: string) => (await sql`select risk.is_released(${id}) as yes`)[0]!.yes
  t.same(await Promise.all(ids.map(isReleased)), [true, true, false, false], 'what was in force goes on, nothing else')
  const rows = await sql`select data_version_id as id, source, assessment_id, grade, state, released_by, rule_pack,
    valid_until > now() + interval '11 months' and valid_until < now() + interval '13 months' as "isForAYear"
    from risk.release order by grade`
  const taken = {
    source: 'taken-over',
    assessment_id: null,
    state: 'released',
    released_by: reviewer,
    isForAYear: true,
  }
  t.match(rows, [
    { ...taken, id: ids[0], grade: 'general', rule_pack: 'national-2025@1' },
    { ...taken, id: ids[1], grade: 'important', rule_pack: 'national-2025@1' },
  ])
  t.equal((await sql`select 1 from risk.assessment`).length, 0, 'no review was made up')
  await t.rejects(
    sql`insert into risk.release (data_version_id, sha256, source, grade, state, released_at, valid_until, rule_pack)
      select id, sha256, 'taken-over', 'general', 'released', now(), now() + interval '1 year', 'x'
      from data.data_version where id = ${ids[2]!}`,
    /released by its grade and its passed review only/,
    'and nothing is taken over afterwards',
  )

  const home = await mkdtemp(join(tmpdir(), 'jinshu-takeover-'))
  const config = readConfig({
    JINSHU_HOME: home,
    DATABASE_URL: url,
    PUBLIC_URL: 'http://localhost:3000',
    LOG_LEVEL: 'error',
  })
  const app = await createExchange(config, url, newLogger(config.logLevel))
  t.teardown(async () => {
    await app.close()
    await sql.end()
    await rm(home, { recursive: true, force: true })
  })
  await app.startWorker()
  let told: { subject_id: string; record: string }[] = []
  for (let i = 0; i < 400 && told.length < 2; i++) {
    await new Promise(resolve => setTimeout(resolve, 50))
    told =
      await sql`select subject_id, record from kernel.audit_entry where action = 'release.take-over' order by subject_id`
  }
  t.same(
    told.map(each => each.subject_id),
    [...ids.slice(0, 2)].sort(),
    'the log says so, once for each',
  )
  t.match(JSON.parse(told[0]!.record), { riskReview: null, listingReviewedBy: reviewer })
})
