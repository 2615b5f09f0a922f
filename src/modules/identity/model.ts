import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem, type FieldError, tooManyRequests } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'

/** Duties a person can hold in an organisation (domain: 管理、经办、复核/签署、财务). */
export const duties = ['administrator', 'maker', 'checker', 'finance'] as const

export type Duty = (typeof duties)[number]

/** What each duty is called, and what it is for. */
export const dutyWords: Readonly<Record<Duty, { readonly name: Text; readonly about: Text }>> = {
  administrator: {
    name: text('管理', 'Administrator'),
    about: text(
      '维护机构信息、成员与接口令牌；不代表机构办理交易。',
      'Keeps the organisation’s data, its members and API tokens; takes no part in trades.',
    ),
  },
  maker: {
    name: text('经办', 'Maker'),
    about: text(
      '准备事项：上传数据、编辑产品、起草合同、受理登记。',
      'Prepares: uploads data, edits products, drafts contracts, takes registrations up.',
    ),
  },
  checker: {
    name: text('复核、签署', 'Checker'),
    about: text(
      '复核经办人准备的事项并代表机构签署；与经办须为不同的人。',
      'Checks what a maker prepared and signs for the organisation; another person than the maker.',
    ),
  },
  finance: {
    name: text('财务', 'Finance'),
    about: text(
      '登记收款账户、查看收付款与结算；须使用两步登录。',
      'Registers bank accounts, sees payments and settlements; takes two-step sign-in.',
    ),
  },
}

/** What each role of an organisation is called, and what it is for. */
export const roleWords: Readonly<Record<string, { readonly name: Text; readonly about: Text }>> = {
  vendor: {
    name: text('供方', 'Vendor'),
    about: text('挂牌出售数据产品，取得收入。', 'Lists data products and earns from them.'),
  },
  buyer: {
    name: text('需方', 'Buyer'),
    about: text('采购数据产品并按约定用途使用。', 'Buys data products and uses them for the agreed purposes.'),
  },
  authority: {
    name: text('主管部门', 'Competent authority'),
    about: text('对本行政区域的交易备案进行核查。', 'Checks the trades that are filed in its division.'),
  },
  institution: {
    name: text('公共机构、公共服务企业', 'Public institution or public service enterprise'),
    about: text(
      '编制资源目录，共享、开放公共数据；含供水、供电、供气、通信、民航、铁路、道路客运企业。',
      'Catalogs, shares and opens public data; also enterprises of water, power, gas, telecom, aviation, rail and road passenger transport.',
    ),
  },
  operator: {
    name: text('运营机构', 'Operator'),
    about: text('运营交易场所：核验机构、审核挂牌、办理登记与结算。', 'Runs the exchange.'),
  },
}

/** Roles an organisation can ask for; `operator` is only ever given when the exchange is set up. */
export const requestableRoles = ['vendor', 'buyer', 'authority', 'institution'] as const

/** Verification of an organisation (DSL Art 33: the intermediary checks who both parties are). */
export const organizationMachine = defineMachine({
  name: 'organization',
  initial: 'submitted',
  states: {
    submitted: text('待受理', 'Submitted'),
    accepted: text('已受理，待核验', 'Accepted, to be verified'),
    returned: text('退回补正', 'Returned'),
    verified: text('已核验', 'Verified'),
    suspended: text('已停用', 'Suspended'),
  },
  moves: {
    accept: { from: ['submitted'], to: 'accepted' },
    return: { from: ['submitted', 'accepted'], to: 'returned' },
    resubmit: { from: ['returned'], to: 'submitted' },
    verify: { from: ['accepted'], to: 'verified' },
    suspend: { from: ['verified'], to: 'suspended' },
    reinstate: { from: ['suspended'], to: 'verified' },
  },
})

export type OrganizationState = keyof typeof organizationMachine.states

export const signInFailed = defineProblem(
  'sign-in-failed',
  401,
  text('邮箱或密码不正确', 'The e-mail address or the password is not right'),
  text(
    '检查后重试；连续失败 10 次将暂停 15 分钟。',
    'Check and try again; ten failures in a row block for 15 minutes.',
  ),
)
export const passwordWrong = defineProblem(
  'password-wrong',
  403,
  text('密码不正确', 'The password is not right'),
  text('此操作需要重新输入您的登录密码。', 'This step asks for your sign-in password once more.'),
)
export const codeRequired = defineProblem(
  'code-required',
  401,
  text('需要动态验证码', 'A code is required'),
  text(
    '该账号已开启两步登录：请连同身份验证器中的 6 位验证码（或一个恢复码）再次登录。',
    'This account uses two-step sign-in: sign in again with the six digits of the authenticator app, or a recovery code.',
  ),
)
export const codeWrong = defineProblem(
  'code-wrong',
  401,
  text('验证码不正确', 'The code is not right'),
  text(
    '请输入身份验证器当前显示的 6 位验证码；每个验证码只能使用一次，手机时间须准确。',
    'Enter the six digits that the app shows now; each code works once, and the phone’s clock must be right.',
  ),
)
export const samePerson = defineProblem(
  'same-person',
  403,
  text('须由另一人办理', 'Another person must do this'),
  text('经办与复核不能为同一人，请由同事办理。', 'Maker and checker must differ; ask a colleague.'),
)

/**
 * Whether whoever holds these may act only with two-step sign-in: money, supervision and the running of the exchange
 * are not left to a password alone (GB/T 22239-2019 level 3: two factors).
 */
export const requiresTwoStep = (duties: readonly string[], roles: readonly string[]): boolean =>
  duties.includes('finance') || roles.includes('operator') || roles.includes('authority')

/** After this many failures in a row sign-in is blocked for `blockMinutes`. */
export const maxFailures = 10
export const blockMinutes = 15

/** The refusal while an account is blocked. */
export const signInBlocked = (seconds: number) =>
  tooManyRequests(
    text(
      `登录失败次数过多，请在 ${Math.ceil(seconds / 60)} 分钟后再试。`,
      `Too many failures; try again in ${Math.ceil(seconds / 60)} minutes.`,
    ),
    { retryAfter: seconds },
  )

const common = new Set(
  'password passw0rd 12345678 123456789 1234567890 11111111 00000000 88888888 66666666 qwertyui qwerty123 iloveyou admin123 administrator abc12345 abcd1234 a1234567 woaini1314 5201314520 jinshu123 password1 password123 letmein1 welcome1 sunshine football baseball superman trustno1 1qaz2wsx q1w2e3r4 zaq12wsx asdfghjk zxcvbnm1 computer internet whatever starwars'.split(
    ' ',
  ),
)

/** What is wrong with a new password (ASVS 6.2: length, not composition; no common or context words). */
export function passwordErrors(password: string, email: string): FieldError[] {
  const lower = password.toLowerCase()
  const about = [email.split('@')[0]?.toLowerCase() ?? '', 'jinshu', '晋数'].filter(
    word => word.length >= 4 || word === '晋数',
  )
  const isGuessable =
    common.has(lower) ||
    about.some(word => lower === word || (lower.startsWith(word) && password.length < word.length + 4))
  if (!isGuessable && !/^(.)\1+$/u.test(password)) return []
  return [
    {
      pointer: '/password',
      message: text('太容易猜到', 'is too easy to guess'),
      remedy: text(
        '使用至少 8 个字符、与账号无关的密码',
        'use 8 characters or more that have nothing to do with the account',
      ),
    },
  ]
}
