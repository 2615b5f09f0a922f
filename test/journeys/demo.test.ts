import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { verifySeal } from '../../src/kernel/documents/seal.ts'
import { run } from '../support/command.ts'
import { freshDatabase } from '../support/database.ts'
import { checkProof } from '../support/logreader.ts'
import { textOfPdf } from '../support/pdf.ts'

const root = new URL('../..', import.meta.url).pathname

t.test(
  'the demo tells a whole trade on a DATABASE_URL, twice, and keeps what a person would keep',
  { timeout: 170_000 },
  async t => {
    const home = await mkdtemp(join(tmpdir(), 'jinshu-journey-'))
    const out = join(home, 'papers')
    t.teardown(() => rm(home, { recursive: true, force: true }))
    const env = { DATABASE_URL: await freshDatabase(t), JINSHU_HOME: join(home, 'home') }
    const told = await run('src/cli/demo.ts', ['--out', out], env)
    t.equal(told.err, '')
    t.equal(told.code, 0, told.out)
    for (let step = 1; step <= 10; step++) t.match(told.out, new RegExp(`^${step} `, 'm'))

    const paper = (name: string) => readFile(join(out, name))
    const names = await readdir(out)
    const expected =
      'bank-statement.csv certificate.pdf contract.pdf data-seattle-weather.csv delivery-receipt.json delivery-receipt.pdf filing-receipt.pdf log.vkey payouts.csv trade.tlog-proof'
    t.same(names.sort(), expected.split(' '))
    for (const name of names.filter(n => n.endsWith('.pdf')))
      t.match(verifySeal(await paper(name)), { isIntact: true, coversWholeFile: true }, `${name} is sealed`)
    const contract = (await textOfPdf(await paper('contract.pdf'))).join('')
    for (const words of ['山西晋阳气象数据服务有限公司', '12,888.00', '人民币壹万贰仟捌佰捌拾捌元整', '日最高气温'])
      t.ok(contract.includes(words), `the contract says ${words}`)
    const original = await readFile(join(root, 'templates/samples/seattle-weather.csv'))
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    t.equal(sha256(await paper('data-seattle-weather.csv')), sha256(original), 'the data arrived as they were')
    const proof = (await paper('trade.tlog-proof')).toString()
    const leaf = Buffer.from(/^extra (.+)$/m.exec(proof)![1]!, 'base64')
    const vkey = (await paper('log.vkey')).toString().trim()
    t.ok(checkProof(proof, leaf, vkey).size > 50, 'the proof holds for an independent reader')
    const forged = Buffer.from(leaf.toString().replace('registration.register', 'registration.registre'))
    t.throws(() => checkProof(proof, forged, vkey), 'and not for an altered entry')

    const again = await run('src/cli/demo.ts', [], env)
    t.equal(again.code, 0, again.out + again.err)
    const log = await run('src/cli/verify-log.ts', [], env)
    t.equal(log.code, 0, log.out + log.err)
    const books = await run('src/cli/books.ts', [], env)
    t.equal(books.code, 0, books.out + books.err)
  },
)
