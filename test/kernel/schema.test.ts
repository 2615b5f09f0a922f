import postgres from 'postgres'
import t from 'tap'
import { freshDatabase } from '../support/database.ts'
import { golden } from '../support/golden.ts'

/** The whole schema as sorted lines: what a reviewer sees of a migration's effect. */
async function dump(sql: postgres.Sql): Promise<string> {
  const rows = await sql<{ line: string }[]>`
    with own as (select oid, nspname from pg_namespace
      where nspname !~ '^pg_' and nspname not in ('information_schema', 'drizzle', 'pgboss', 'public'))
    select format('column %s.%s.%s %s%s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' else '' end) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid join own n on n.oid = c.relnamespace
    where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    union all
    select format('constraint %s.%s %s %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_class c on c.oid = k.conrelid join own n on n.oid = c.relnamespace
    where k.contype <> 'n'
    union all
    select format('index %s', i.indexdef) from pg_indexes i join own n on n.nspname = i.schemaname
    union all
    select format('trigger %s', pg_get_triggerdef(g.oid))
    from pg_trigger g join pg_class c on c.oid = g.tgrelid join own n on n.oid = c.relnamespace where not g.tgisinternal
    union all
    select format('view %s.%s %s', v.schemaname, v.viewname, md5(v.definition))
    from pg_views v join own n on n.nspname = v.schemaname
    union all
    select format('function %s.%s(%s) %s', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), md5(p.prosrc))
    from pg_proc p join own n on n.oid = p.pronamespace
    union all
    select format('sequence %s.%s', s.schemaname, s.sequencename) from pg_sequences s join own n on n.nspname = s.schemaname
    order by 1`
  return `${rows
    .map(r => r.line)
    .sort()
    .join('\n')}\n`
}

t.test('the migrations make the schema that is kept', async t => {
  const sql = postgres(await freshDatabase(t), { max: 1, onnotice: () => {} })
  await golden(t, 'schema.txt', await dump(sql))
  await sql.end()
})

t.test('audit entries can be neither changed nor deleted nor truncated, not even by the owner', async t => {
  const sql = postgres(await freshDatabase(t), { max: 1, onnotice: () => {} })
  await sql`insert into kernel.audit_entry (id, seq, at, actor, action, subject_kind, subject_id, record, salt, leaf)
    values (gen_random_uuid(), 64, now(), 'system', 'test.do', 'test', '1', '{}', decode('00', 'hex'), '{}')`
  await t.rejects(sql`update kernel.audit_entry set record = '{"x":1}'`, /append-only/)
  await t.rejects(sql`delete from kernel.audit_entry`, /append-only/)
  await t.rejects(sql`truncate kernel.audit_entry cascade`, /append-only/)
  await sql.end()
})
