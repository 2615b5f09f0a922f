import { Secret, TOTP } from 'otpauth'
import t from 'tap'
import { openBrowser, watch } from '../support/browser.ts'
import { openExchange, password, type Role } from '../support/exchange.ts'
import { listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const newPassword = 'four quiet rivers run'

interface Letter {
  readonly recipient: string
  readonly subject: string
  readonly body: string
}

const letters = (to: string) =>
  x.sql<Letter[]>`select recipient, subject, body from notices.mail where recipient = ${to} order by id desc`

/** The token of the latest letter with a link of that page. */
const linkIn = (to: string, page: string) =>
  x.until(
    async () =>
      (await letters(to)).map(each => new RegExp(`${page}\\?token=([\\w-]+)`).exec(each.body)?.[1]).find(Boolean),
    `a letter with a link to ${page}`,
  ) as Promise<string>

const idOf = async (as: Role): Promise<string> => (await x.ok('GET /me', { as })).person.id

const signIn = (email: string, given: string) => x.call('POST /sessions', { body: { email, password: given } })

t.test(
  'a forgotten password is set anew by a link that works once, ends all sessions and tells nobody who is here',
  async t => {
    const person = await x.person('zhao')
    const id = await idOf(person)
    const known = await x.call('POST /password-resets', { body: { email: person.email.toUpperCase() } })
    const unknown = await x.call('POST /password-resets', { body: { email: 'nobody@example.cn' } })
    t.same([known.status, known.body], [unknown.status, unknown.body], 'the same answer')
    const first = await linkIn(person.email, '/reset-password')
    t.same(await letters('nobody@example.cn'), [])
    const [row] = await x.sql`select hash, expires_at - created_at as lives from identity.mailed_link`
    t.notOk(row!.hash.toString('utf8').includes(first), 'only its hash is kept')
    t.equal(row!.lives, '00:30:00')
    await x.ok('POST /password-resets', { body: { email: person.email } })
    const token = await x.until(async () => {
      const latest = await linkIn(person.email, '/reset-password')
      return latest !== first && latest
    })
    const redeem = (given: string, chosen = newPassword) =>
      x.call('POST /password-resets/redeem', { body: { token: given, newPassword: chosen } })
    t.equal((await redeem(first)).status, 410, 'the latest letter counts')
    const guessable = await redeem(token, 'password123')
    t.match(guessable.body.errors, [{ pointer: '/newPassword' }])
    t.equal((await redeem(token)).status, 200, 'and a refused password leaves the link as it was')
    t.equal((await redeem(token)).body.type, '/problems/link-invalid', 'it works once')
    t.equal((await x.call('GET /me', { as: person })).status, 401, 'every session has ended')
    t.equal((await signIn(person.email, password)).status, 401)
    t.equal((await signIn(person.email, newPassword)).status, 200)
    await x.until(async () => (await letters(person.email)).some(each => /密码已重置/.test(each.subject)))
    for (let n = 0; n < 3; n += 1) await x.ok('POST /password-resets', { body: { email: person.email } })
    await x.until(async () => {
      const [skipped] = await x.sql`select count(*)::int as n from kernel.audit_entry where action = 'notice.skip'`
      return skipped!.n >= 3
    })
    const links = (await letters(person.email)).filter(each => /reset-password/.test(each.body))
    t.equal(links.length, 3, 'three letters within the hour')
    await x.sql`update identity.mailed_link set expires_at = now() - interval '1 second'`
    const late = await linkIn(person.email, '/reset-password')
    t.equal((await redeem(late)).status, 410, 'and each for half an hour')
    const records = await x.sql`select record from kernel.audit_entry where action like 'password-reset.%'`
    t.ok(
      records.every(each => !each.record.includes(id)),
      'the log does not tell who asked',
    )
  },
)

t.test('a second step is still asked after a reset, and two people of the operator take off a lost one', async t => {
  const person = await x.person('qian')
  const id = await idOf(person)
  const { secret } = await x.ok('POST /me/two-step', { as: person, body: { password } })
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
  await x.ok('POST /me/two-step/confirm', { as: person, body: { code } })
  await x.ok('POST /password-resets', { body: { email: person.email } })
  const token = await linkIn(person.email, '/reset-password')
  await x.ok('POST /password-resets/redeem', { body: { token, newPassword } })
  t.equal((await signIn(person.email, newPassword)).body.type, '/problems/code-required')

  const path = `/persons/${id}/two-step-reset`
  const reason = '手机丢失，已当面核验身份证件'
  const { checker, administrator, maker, finance } = x.operator
  for (const as of [maker, finance, person])
    t.ok([401, 403].includes((await x.call(`POST ${path}`, { as, body: { reason } })).status))
  t.equal((await x.call(`POST ${path}/grant`, { as: checker })).status, 409, 'nothing waits')
  await x.ok(`POST ${path}`, { as: administrator, body: { reason } })
  t.equal((await x.call(`POST ${path}`, { as: checker, body: { reason } })).status, 409, 'one at a time')
  t.equal((await x.call(`POST ${path}/grant`, { as: administrator })).body.type, '/problems/same-person')
  await x.ok(`POST ${path}/refuse`, { as: checker })
  t.equal((await signIn(person.email, newPassword)).body.type, '/problems/code-required', 'a refusal changes nothing')
  await x.ok(`POST ${path}`, { as: administrator, body: { reason } })
  await x.ok(`POST ${path}/grant`, { as: checker })
  t.equal((await signIn(person.email, newPassword)).status, 200)
  await x.until(async () => (await letters(person.email)).some(each => /两步登录已解除/.test(each.subject)))
  const [entry] = await x.sql`select record from kernel.audit_entry where action = 'two-step.reset'`
  t.match(JSON.parse(entry!.record), { reason, requestedBy: await idOf(administrator) })
  const someone = await idOf(checker)
  await t.rejects(
    x.sql`insert into identity.two_step_reset (id, person_id, reason, requested_by, requested_at, is_granted, decided_by, decided_at)
      values (gen_random_uuid(), ${id}, 'x', ${someone}, now(), true, ${someone}, now())`,
    /two_step_reset_by_two/,
  )
})

t.test('an address changes when the new one is confirmed, and the former one is told', async t => {
  const person = await x.person('sun')
  const other = await x.person('li')
  const change = (email: string, given = password) =>
    x.call('POST /me/email', { as: person, body: { email, password: given } })
  t.equal((await change('sun@new.example.cn', 'not the password')).status, 403)
  t.match((await change(person.email)).body.errors, [{ pointer: '/email' }])
  t.equal((await change(other.email)).status, 202, 'not told that another has it')
  t.equal((await change('sun@new.example.cn')).status, 202)
  const token = await linkIn('sun@new.example.cn', '/confirm-email')
  t.notOk((await letters(other.email)).length, 'and the other is not written to')
  t.equal((await x.ok('GET /me', { as: person })).person.email, person.email, 'nothing changes before')
  t.equal((await x.call('POST /email-changes/confirm', { body: { token: 'x'.repeat(40) } })).status, 410)
  t.equal(
    (await x.call('POST /password-resets/redeem', { body: { token, newPassword } })).status,
    410,
    'a link of one kind does not serve for the other',
  )
  await x.ok('POST /email-changes/confirm', { body: { token } })
  t.equal((await x.ok('GET /me', { as: person })).person.email, 'sun@new.example.cn')
  t.equal((await signIn('sun@new.example.cn', password)).status, 200)
  await x.until(async () => (await letters(person.email)).some(each => /邮箱已更换/.test(each.subject)))
})

t.test(
  'a link that somebody asked for before the password or the address changed opens nothing afterwards',
  async t => {
    const person = await x.person('feng')
    const steal = async (as: Role, given: string, address: string) => {
      await x.ok('POST /me/email', { as, body: { email: address, password: given } })
      return linkIn(address, '/confirm-email')
    }
    const confirm = async (token: string) => (await x.call('POST /email-changes/confirm', { body: { token } })).status
    const first = await steal(person, password, 'thief@new.example.cn')
    await x.ok('POST /password-resets', { body: { email: person.email } })
    const token = await linkIn(person.email, '/reset-password')
    t.match((await x.exchange.app.inject(`/reset-password?token=${token}`)).body, 'name="newPassword"')
    await x.ok('POST /password-resets/redeem', { body: { token, newPassword } })
    t.equal(await confirm(first), 410, 'who had the password cannot take the account after it was set anew')
    const dead = (await x.exchange.app.inject(`/reset-password?token=${token}`)).body
    t.match(dead, '链接已失效')
    t.notMatch(dead, 'name="newPassword"', 'nobody types a password for a link that is dead')

    const { accessToken } = await x.ok('POST /sessions', { body: { email: person.email, password: newPassword } })
    const as = { ...person, token: accessToken } as Role
    const second = await steal(as, newPassword, 'second@new.example.cn')
    await x.ok('POST /me/password', { as, body: { password: newPassword, newPassword: 'six slow carts climb' } })
    t.equal(await confirm(second), 410, 'nor after it was changed')

    await x.sql`update identity.mailed_link set created_at = created_at - interval '2 hours'`
    await x.ok('POST /password-resets', { body: { email: person.email } })
    const old = await x.until(async () => {
      const latest = await linkIn(person.email, '/reset-password')
      return latest !== token && latest
    })
    await x.ok('POST /me/email', { as, body: { email: 'feng@new.example.cn', password: 'six slow carts climb' } })
    t.equal(await confirm(await linkIn('feng@new.example.cn', '/confirm-email')), 200)
    const redeemed = await x.call('POST /password-resets/redeem', { body: { token: old, newPassword } })
    t.equal(redeemed.status, 410, 'a letter at the former address opens nothing any more')
  },
)

t.test('a second step that is confirmed while another set-up begins keeps its secret', async t => {
  const person = await x.person('zheng')
  const id = await idOf(person)
  await x.ok('POST /me/two-step', { as: person, body: { password } })
  const sealed = async () =>
    (await x.sql`select sealed_secret from identity.two_step where person_id = ${id}`)[0]!.sealed_secret.toString('hex')
  const before = await sealed()
  const beginning = await x.sql.begin(async tx => {
    await tx`update identity.two_step set confirmed_at = now() where person_id = ${id}`
    const reply = x.call('POST /me/two-step', { as: person, body: { password } })
    await x.until(async () => {
      const [waiting] = await x.sql`
        select count(*)::int as n from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%two_step%' and datname = current_database()`
      return waiting!.n > 0
    }, 'the second writer to wait')
    return { reply }
  })
  t.equal((await beginning.reply).status, 409)
  t.equal(await sealed(), before)
})

t.test('of many wrong passwords typed at once no more than ten are looked at', async t => {
  const person = await x.person('wu')
  const guess = (given: string) => x.call('POST /me/email', { as: person, body: { email: 'wu@b.cn', password: given } })
  const replies = await Promise.all(Array.from({ length: 25 }, (_, i) => guess(`guess number ${i}`)))
  t.same(replies.map(({ status }) => status).sort(), [
    ...Array.from({ length: 10 }, () => 403),
    ...Array.from({ length: 15 }, () => 429),
  ])
  t.equal((await guess(password)).status, 429, 'the right one is not tried either')
})

t.test('the operator sees a kept letter’s link, never one that was sent', async t => {
  const { items } = await x.ok('GET /mails?state=kept', { as: x.operator.checker })
  t.ok(items.some((each: { text: string }) => /reset-password\?token=/.test(each.text)))
  await x.sql`update notices.mail set state = 'sent', sent_at = now() where is_secret`
  const sent = await x.ok('GET /mails?state=sent&limit=100', { as: x.operator.checker })
  t.ok(sent.items.length > 0)
  t.notMatch(JSON.stringify(sent), /token=/)
})

t.test('in a browser, without scripts: from the sign-in page through the letter to the new password', async t => {
  const browser = await openBrowser(t)
  const person = await x.person('zhou')
  const context = await browser.newContext({
    javaScriptEnabled: false,
    locale: 'en',
    viewport: { width: 390, height: 844 },
  })
  const page = await context.newPage()
  const complaints = watch(page, origin)
  await page.goto(`${origin}/sign-in`)
  await page.getByRole('link', { name: 'Forgotten your password?' }).click()
  await page.getByLabel('E-mail address of the account').fill(person.email)
  await page.getByRole('button', { name: 'Send a link' }).click()
  await page.getByText('If an account has this address').waitFor()
  const token = await linkIn(person.email, '/reset-password')
  await page.goto(`${origin}/reset-password?token=${token}`)
  await page.getByLabel('New password').fill('password123')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByText('is too easy to guess').waitFor()
  await page.getByLabel('New password').fill(newPassword)
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.waitForURL(/\/sign-in/)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(newPassword)
  await page.locator('main').getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.goto(`${origin}/account`)
  await page.getByLabel('New address').fill('zhou@new.example.cn')
  await page.locator('form', { hasText: 'New address' }).getByLabel('Password').fill(newPassword)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('Look into your new mailbox').waitFor()
  await page.goto(`${origin}/confirm-email?token=${await linkIn('zhou@new.example.cn', '/confirm-email')}`)
  await page.getByRole('button', { name: 'Confirm the new address' }).click()
  await page.waitForURL(`${origin}/account`)
  t.match(await page.textContent('main'), /zhou@new\.example\.cn/)
  t.same(
    complaints.filter(each => !/422|400/.test(each)),
    [],
  )
})
