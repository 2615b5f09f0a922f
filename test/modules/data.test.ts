import { appendFile, chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { dataVersionOf } from '../../src/modules/data/index.ts'
import { fileTrouble, scrub } from '../../src/modules/data/scrubbing.ts'
import { openExchange } from '../support/exchange.ts'
import { formOf, sampleCsv } from '../support/offering.ts'

t.test('data files become immutable versions', async t => {
  const x = await openExchange(t)
  const vendor = await x.organization(['vendor'])
  const other = await x.organization(['vendor'])
  const as = vendor.maker

  await t.test('a file is stored, read and confirmed', async t => {
    const uploaded = await x.call('POST /data-versions', { as, raw: formOf('空气.csv', sampleCsv) })
    t.equal(uploaded.status, 201)
    t.equal(uploaded.headers.location, `/api/v1/data-versions/${uploaded.body.id}`)
    t.match(uploaded.body, {
      state: 'ready',
      isConfirmed: false,
      format: 'csv',
      rows: 3,
      bytes: Buffer.byteLength(sampleCsv),
    })
    t.same(
      uploaded.body.columns.map((c: any) => c.type),
      ['date', 'text', 'decimal', 'text'],
    )
    const columns = [
      { name: '细颗粒物', unit: 'μg/m³', meaning: 'PM2.5 日均浓度' },
      { name: '监测站点', isSensitive: true },
    ]
    const confirmed = await x.ok(`POST /data-versions/${uploaded.body.id}/confirm`, { as, body: { columns } })
    t.match(confirmed, { state: 'confirmed', isConfirmed: true })
    t.match(confirmed.columns[2], { unit: 'μg/m³', meaning: 'PM2.5 日均浓度', isSensitive: false })
    const version = await x.exchange.engine.read(system, rx => dataVersionOf(rx, uploaded.body.id))
    t.match(version, { organizationId: vendor.id, isConfirmed: true, timeRange: { from: '2026-01-01' } })
    t.equal(version.columns[1]?.isSensitive, true)
    const page = await x.ok('GET /data-versions?limit=1', { as })
    t.equal(page.items[0].id, uploaded.body.id)
  })

  await t.test('the same file under the same name is the version it was', async t => {
    const again = await x.call('POST /data-versions?fileName=%E7%A9%BA%E6%B0%94.csv', {
      as,
      raw: { type: 'application/octet-stream', bytes: Buffer.from(sampleCsv) },
    })
    t.equal(again.status, 200)
    t.equal(again.body.state, 'confirmed')
    const renamed = await x.call('POST /data-versions', { as, raw: formOf('b.csv', sampleCsv) })
    t.equal(renamed.status, 201)
    t.equal(renamed.body.sha256, again.body.sha256)
  })

  await t.test("another organisation's version does not exist", async t => {
    const [{ id }] = (await x.ok('GET /data-versions', { as })).items
    const foreign = other.maker
    t.equal((await x.call(`GET /data-versions/${id}`, { as: foreign })).status, 404)
    t.equal((await x.call(`POST /data-versions/${id}/confirm`, { as: foreign, body: {} })).status, 404)
    t.equal((await x.call(`POST /data-versions/${id}/retry`, { as: foreign })).status, 404)
    t.same((await x.ok('GET /data-versions', { as: foreign })).items, [])
    t.equal((await x.call(`GET /data-versions/${id}`)).status, 401)
    const buyer = await x.organization(['buyer'])
    t.equal((await x.call('POST /data-versions', { as: buyer.maker, raw: formOf('a.csv', sampleCsv) })).status, 403)
  })

  await t.test('what cannot be a data set is refused with the remedy', async t => {
    const empty = await x.call('POST /data-versions', { as, raw: formOf('a.csv', '') })
    t.match(empty, { status: 400, body: { errors: [{ pointer: '/file', remedy: /.+/ }] } })
    const nameless = await x.call('POST /data-versions', {
      as,
      raw: { type: 'application/octet-stream', bytes: Buffer.from('a') },
    })
    t.match(nameless, { status: 400, body: { errors: [{ pointer: '/file' }] } })
    t.equal(
      (await x.call('POST /data-versions', { as, raw: { type: 'image/png', bytes: Buffer.from('a') } })).status,
      415,
    )
    const { settings } = x.exchange.kit as any
    const most = settings.maxUploadBytes
    settings.maxUploadBytes = 1000
    t.equal((await x.call('POST /data-versions', { as, raw: formOf('big.csv', 'a,b\n'.repeat(400)) })).status, 413)
    settings.maxUploadBytes = most
    const columns = [{ name: '没有这一列' }]
    const [{ id }] = (await x.ok('GET /data-versions', { as })).items
    const wrong = await x.call(`POST /data-versions/${id}/confirm`, { as, body: { columns } })
    t.match(wrong, { status: 400, body: { errors: [{ pointer: '/columns/0/name', remedy: /日期/ }] } })
  })

  await t.test('a file that cannot be read says why, and can be tried again', async t => {
    const broken = await x.call('POST /data-versions', { as, raw: formOf('broken.parquet', 'PAR1 is not enough') })
    t.match(broken, {
      status: 201,
      body: { state: 'failed', failure: { message: { en: /.+/ }, remedy: { zh: /.+/ } } },
    })
    t.equal((await x.call(`POST /data-versions/${broken.body.id}/confirm`, { as, body: {} })).status, 409)
    const retried = await x.call(`POST /data-versions/${broken.body.id}/retry`, { as })
    t.match(retried, { status: 200, body: { state: 'failed' } })
    const [{ id }] = (await x.ok('GET /data-versions', { as })).items.filter((v: any) => v.state === 'confirmed')
    t.equal((await x.call(`POST /data-versions/${id}/retry`, { as })).status, 409)
  })

  await t.test('a large file is read after the answer', async t => {
    const line = '2026-01-01,太原,12.5,abcdefghijklmnopqrstuvwxyz\n'
    const bytes = `日期,城市,数值,备注\n${line.repeat(Math.ceil((9 * 2 ** 20) / Buffer.byteLength(line)))}`
    const begun = await x.call('POST /data-versions', { as, raw: formOf('large.csv', bytes) })
    t.match(begun, { status: 202, body: { state: 'profiling', rows: null } })
    const ready = await x.until(async () => {
      const version = await x.ok(`GET /data-versions/${begun.body.id}`, { as })
      return version.state !== 'profiling' && version
    })
    t.match(ready, { state: 'ready', rows: bytes.split('\n').length - 2 })
  })

  await t.test('a reading that was cut off can be tried again', async t => {
    const [failed] = await x.sql`select id from data.data_version where state = 'failed'`
    const id: string = failed?.id
    await x.sql`update data.data_version set state = 'profiling', failure = null where id = ${id}`
    await x.advanceDays(1)
    await x.until(async () => (await x.ok(`GET /data-versions/${id}`, { as })).state === 'failed')
    t.match(await x.ok(`GET /data-versions/${id}`, { as }), { failure: { message: { en: /cut off/ } } })
  })

  await t.test('bytes and facts never change, whoever asks the database', async t => {
    const [{ id }] = (await x.ok('GET /data-versions', { as })).items.filter((v: any) => v.state === 'confirmed')
    await t.rejects(
      x.sql`update data.data_version set sha256 = ${'b'.repeat(64)} where id = ${id}`,
      /bound to its file/,
    )
    await t.rejects(x.sql`update data.data_version set rows = 5 where id = ${id}`, /cannot be edited/)
    await t.rejects(x.sql`delete from data.data_version where id = ${id}`, /cannot be deleted/)
    const actions = await x.sql`select action from kernel.audit_entry where subject_id = ${id} order by seq`
    t.same(actions.map(a => a.action).slice(0, 3), ['data-version.upload', 'data-version.read', 'data-version.confirm'])
  })

  await t.test(
    'the weekly check sets damaged bytes aside, tells the operator, and knows when they are back',
    async t => {
      const { kit } = x.exchange.engine
      const machinery = { client: x.sql as never, kit, log: { error() {} } as never }
      const bytes = Buffer.from('站点,值\n甲,1\n')
      const raw = formOf('校验.csv', bytes.toString())
      const { id, sha256 } = (await x.call('POST /data-versions', { as, raw })).body
      const verdictOf = async () =>
        (await x.sql`select verdict from data.file_check where sha256 = ${sha256}`)[0]?.verdict
      const look = async () => {
        await x.sql`update data.file_check set checked_at = now() - interval '8 days'`
        while (await scrub(machinery));
        return verdictOf()
      }
      t.equal(await look(), 'sound')
      const path = await kit.files.path(sha256)
      await chmod(path, 0o600)
      await appendFile(path, 'x')
      while (await scrub(machinery));
      t.equal(await verdictOf(), 'sound', 'not looked at again before its week is over')
      t.equal(await look(), 'damaged')
      t.equal(await kit.files.has(sha256), false, 'and is served no more')
      t.ok((await readdir(join(x.home, 'files', 'quarantine'))).some(name => name.startsWith(sha256)))
      t.equal(await look(), 'damaged', 'what was set aside is not forgotten as missing')
      t.same(await x.exchange.engine.read(system, fileTrouble), { damaged: 1, missing: 0 })
      const health = await x.ok('GET /operator/health', { as: x.operator.maker })
      t.match(health, { isWell: false, files: { damaged: 1, missing: 0 } })
      t.ok(health.warnings.some((each: any) => /1 个文件损坏/.test(each.words.zh)))
      await x.call('POST /data-versions', { as, raw })
      t.equal(await look(), 'sound', 'the same bytes, sent again, mend it')
      const [copy] = await x.sql`select sha256 from data.data_copy where data_version_id = ${id}`
      await kit.files.remove(copy!.sha256)
      await look()
      t.same(await x.exchange.engine.read(system, fileTrouble), { damaged: 0, missing: 1 })
    },
  )
})
