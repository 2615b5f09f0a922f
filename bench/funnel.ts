// The write funnel: one row through the whole HTTP stack, audited, against a raw transaction with the same statements;
// what the audit costs; and what a second request's wait costs where both sides sync the same disk.
import { compare, get, headings, post, printTable } from './support/helper.ts'
import { openStage } from './support/stage.ts'

const stage = await openStage()
try {
  const { productPort, limitPort, token, load } = stage
  const body = { body: '一条说明，与别的没有关系。' }
  const keyed = 'Idempotency-Key: {key}\r\n'
  const product = (path: string, headers = '') => ({
    port: productPort,
    requests: [post(`/api/v1/bench/${path}`, body, headers)],
  })
  const limit = (path: string, headers = '') => ({ port: limitPort, requests: [post(path, body, headers)] })
  const signed = `Authorization: Bearer ${token}\r\n`
  const cases = [
    { name: 'audited row, nobody signed in', product: product('notes'), limit: limit('/notes') },
    { name: 'the same, with an idempotency key', product: product('notes', keyed), limit: limit('/notes', keyed) },
    {
      name: 'the same, by a person with a session',
      product: product('signed-notes', keyed + signed),
      limit: limit('/notes', keyed),
    },
    { name: 'what the audit costs (limit: without it)', product: product('notes'), limit: limit('/plain-notes') },
    {
      name: 'raw transaction: audited against not audited',
      product: limit('/notes'),
      limit: limit('/plain-notes'),
    },
    {
      name: 'the clock, read (no limit: itself)',
      product: { port: productPort, requests: [get('/api/v1/clock')] },
      limit: { port: productPort, requests: [get('/api/v1/clock')] },
    },
  ]
  for (const connections of [8, 32]) {
    const lines: string[][] = []
    for (const one of cases) lines.push(await compare(load, one, { connections }))
    printTable(`Write funnel, ${connections} connections`, headings, lines)
  }
} finally {
  await stage.close()
}
