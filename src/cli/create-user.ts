import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { createExchange } from '../app.ts'
import { system } from '../kernel/actor.ts'
import { Problem } from '../kernel/problem.ts'
import { newLogger } from '../logger.ts'
import { foundExchange, registerPerson } from '../modules/identity/index.ts'
import { withDatabase } from './database.ts'

const usage = `Makes a person's account; with --operator also the operator organisation of a new exchange.
  npm run create-user -- --email E --name N
  npm run create-user -- --email E --name N --operator --uscc U --organization 机构全称 --division 140100 --address A --phone P
The password is read from standard input.
`

const { values } = parseArgs({
  options: {
    email: { type: 'string' },
    name: { type: 'string' },
    operator: { type: 'boolean', default: false },
    uscc: { type: 'string' },
    organization: { type: 'string' },
    division: { type: 'string' },
    address: { type: 'string' },
    phone: { type: 'string' },
  },
})

/** Reads one line without showing it on the terminal. */
async function readPassword(): Promise<string> {
  process.stderr.write('Password: ')
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: process.stdin.isTTY === true })
  const password = await lines.question('')
  lines.close()
  process.stderr.write('\n')
  return password
}

const { email, name, uscc, organization, division, address, phone } = values
const isComplete = email && name && (!values.operator || (uscc && organization && division && address && phone))
if (!isComplete) {
  process.stderr.write(usage)
  process.exit(2)
}
const password = await readPassword()
await withDatabase(async (url, config) => {
  const exchange = await createExchange(config, url, newLogger('error'))
  try {
    await exchange.engine.write(system, { operation: 'createUser' }, async cx => {
      const person = await registerPerson(cx, { email, name, password })
      if (!values.operator) return
      const facts = { uscc: uscc!, nameZh: organization!, division: division!, address: address!, contactPhone: phone! }
      await foundExchange(cx, { ...facts, contactName: name }, person.id)
    })
    process.stdout.write(`${email} can sign in now${values.operator ? ` and administers ${organization}` : ''}.\n`)
    return 0
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const details = error.errors.map(e => `  ${e.pointer} ${e.message.en}`)
    process.stderr.write(`${[error.detail.en, ...details].join('\n')}\n`)
    return 1
  } finally {
    await exchange.close()
  }
})
