import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { openExchange, type Role, type TestExchange } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

/** A file of people in GBK: citizen ID, name, division, day, amount. */
const peopleCsv = () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const id = `1401051990${String((i % 12) + 1).padStart(2, '0')}${String((i % 28) + 1).padStart(2, '0')}${String(i).padStart(3, '0')}X`
    return `${id},0${i}12,140105,2026-03-${String((i % 28) + 1).padStart(2, '0')},${i * 10 + 0.5}`
  })
  return `id_no,code,division,day,amount\n${rows.join('\n')}\n`
}

const bytesOf = async (x: TestExchange, id: string, as: Role): Promise<string> => {
  const { sha256 } = await x.ok(`GET /data-versions/${id}`, { as })
  return readFileSync(await x.exchange.kit.files.path(sha256), 'utf8')
}

t.test('columns are masked into a new version', async t => {
  const x = await openExchange(t)
  const vendor = await x.organization(['vendor'])
  const as = vendor.maker
  const source = await x.ok('POST /data-versions', { as, raw: formOf('人员.csv', peopleCsv()) })
  await x.ok(`POST /data-versions/${source.id}/confirm`, {
    as,
    body: {
      columns: [
        { name: 'id_no', isSensitive: true, meaning: '身份证号' },
        { name: 'amount', unit: '元' },
      ],
    },
  })
  const mask = (columns: unknown, id = source.id, who = as) =>
    x.call(`POST /data-versions/${id}/mask`, { as: who, body: { columns } })

  await t.test('each method does what it says, and the rest stays to the letter', async t => {
    const made = await mask([
      { name: 'id_no', method: 'mask' },
      { name: 'division', method: 'generalise' },
      { name: 'day', method: 'generalise' },
      { name: 'amount', method: 'generalise' },
      { name: 'code', method: 'keep' },
    ])
    t.match(made, {
      status: 201,
      body: {
        state: 'ready',
        fileName: '人员-脱敏.csv',
        rows: 40,
        derivedFromId: source.id,
        derivation: [
          { name: 'id_no', method: 'mask' },
          { name: 'division', method: 'generalise' },
          { name: 'day', method: 'generalise' },
          { name: 'amount', method: 'generalise' },
        ],
      },
    })
    const text = await bytesOf(x, made.body.id, as)
    t.same(text.split('\n').slice(0, 3), [
      'id_no,code,division,day,amount',
      '140*************0X,0012,140100,2026-03,"[0,50)"',
      '140*************1X,0112,140100,2026-03,"[0,50)"',
    ])
    t.equal(made.body.columns[0].meaning, '身份证号')
    t.equal(made.body.columns[0].isSensitive, false, 'whether what is left is sensitive is asked anew')
    const [entry] =
      await x.sql`select record from kernel.audit_entry where action = 'data-version.mask' and subject_id = ${made.body.id}`
    t.match(JSON.parse(entry!.record), { derivedFromId: source.id })
    await t.rejects(
      x.sql`update data.data_version set derived_from_id = null, derivation = null where id = ${made.body.id}`,
      /lineage/,
    )
    const again = await mask([
      { name: 'id_no', method: 'mask' },
      { name: 'division', method: 'generalise' },
      { name: 'day', method: 'generalise' },
      { name: 'amount', method: 'generalise' },
    ])
    t.match(again, { status: 200, body: { id: made.body.id } }, 'the same request is the same version')
  })

  await t.test('a keyed hash is the same for the same value, in this organisation only', async t => {
    const made = await mask([
      { name: 'id_no', method: 'hash' },
      { name: 'amount', method: 'remove' },
    ])
    const text = await bytesOf(x, made.body.id, as)
    t.match(text.split('\n')[0], 'id_no,code,division,day')
    const [row] = await x.sql`select sealed_key from data.data_masking_key where organization_id = ${vendor.id}`
    const key = x.exchange.kit.keyring.open(row!.sealed_key, `data-masking-key/${vendor.id}`)
    const first = peopleCsv().split('\n')[1]!.split(',')[0]!
    t.equal(text.split('\n')[1]!.split(',')[0], createHmac('sha256', key).update(first).digest('hex').slice(0, 32))
    t.same((await x.sql`select 1 from kernel.audit_entry where action = 'masking-key.create'`).length, 1)

    const other = await x.organization(['vendor'])
    const theirs = await x.ok('POST /data-versions', { as: other.maker, raw: formOf('人员.csv', peopleCsv()) })
    const hashed = await mask([{ name: 'id_no', method: 'hash' }], theirs.id, other.maker)
    t.notOk((await bytesOf(x, hashed.body.id, other.maker)).includes(text.split('\n')[1]!.split(',')[0]!))
    t.equal((await mask([{ name: 'id_no', method: 'hash' }], source.id, other.maker)).status, 404)
  })

  await t.test('JSON and Parquet stay what they are', async t => {
    const json = await x.ok('POST /data-versions', {
      as,
      raw: formOf('a.json', '[{"name":"张三丰","n":123456789012345678,"v":1.10},{"name":null,"n":2,"v":3}]'),
    })
    const masked = await mask([{ name: 'name', method: 'mask' }], json.id)
    t.equal(masked.body.format, 'json')
    t.same(JSON.parse(await bytesOf(x, masked.body.id, as)), [
      { name: '***', n: '123456789012345678', v: 1.1 },
      { name: null, n: '2', v: 3 },
    ])
    const reply = await x.call(`GET /data-versions/${source.id}/export?format=parquet`, { as })
    const stored = await x.ok('POST /data-versions?fileName=p.parquet', {
      as,
      raw: { type: 'application/octet-stream', bytes: reply.bytes },
    })
    const made = await mask([{ name: 'id_no', method: 'mask' }], stored.id)
    t.match(made.body, { format: 'parquet', rows: 40, state: 'ready', fileName: /-脱敏\.parquet$/ })
    t.equal(made.body.columns.find((c: any) => c.name === 'amount').type, 'decimal')
  })

  await t.test('what cannot be done is refused beside its column', async t => {
    const pointers = async (columns: unknown) => (await mask(columns)).body.errors?.map((e: any) => e.pointer)
    t.same(await pointers([{ name: 'id_no', method: 'generalise' }]), ['/columns/0/method'])
    t.same(await pointers([{ name: 'nobody', method: 'mask' }]), ['/columns/0/name'])
    t.same(await pointers([{ name: 'code', method: 'keep' }]), ['/columns'])
    const all = ['id_no', 'code', 'division', 'day', 'amount'].map(name => ({ name, method: 'remove' }))
    t.same(await pointers(all), ['/columns'])
    t.equal((await mask([{ name: 'id_no', method: 'encrypt' }])).status, 400)
  })
})
