import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { countListings } from '../../modules/catalog/index.ts'
import { listContracts } from '../../modules/contracts/index.ts'
import type { Organization, OrganizationState } from '../../modules/identity/index.ts'
import { requiresTwoStep, twoStepStanding } from '../../modules/identity/index.ts'
import { listBankAccounts } from '../../modules/settlement/index.ts'
import type { Reader } from '../../web/reader.ts'

/** One step of an organisation on its way into the exchange. */
export interface Step {
  readonly words: Text
  readonly isDone: boolean
  /** what it is, or who has to do something */
  readonly about: Text
  readonly action?: { readonly href: string; readonly words: Text }
}

const passed = (state: OrganizationState, ...states: OrganizationState[]) => states.includes(state)

function admission({ state }: { state: OrganizationState }): Step[] {
  const isAccepted = passed(state, 'accepted', 'verified', 'suspended')
  return [
    {
      words: text('提交注册', 'Register'),
      isDone: state !== 'returned',
      about:
        state === 'returned'
          ? text('运营机构已退回，请按说明补正后重新提交。', 'The operator sent it back; correct it and submit again.')
          : text('机构信息已提交。', 'The organisation’s data was submitted.'),
      ...(state === 'returned' && { action: { href: '#mend', words: text('补正', 'Correct it') } }),
    },
    {
      words: text('运营机构受理', 'Taken up by the operator'),
      isDone: isAccepted,
      about: isAccepted
        ? text('运营机构经办人已受理。', 'A maker of the operator took it up.')
        : text('等待运营机构经办人受理，您无需操作。', 'Waits for a maker of the operator; nothing for you to do.'),
    },
    {
      words: text('核验通过', 'Verified'),
      isDone: passed(state, 'verified', 'suspended'),
      about: passed(state, 'verified', 'suspended')
        ? text(
            '两名工作人员已先后核验，所申请的身份已生效。',
            'Two people checked it; the roles asked for are in force.',
          )
        : text('由运营机构的另一名工作人员核验。', 'A second person of the operator checks it.'),
    },
  ]
}

/** What the acting person must set up before they can work with money. */
async function safety(rx: Rx): Promise<Step[]> {
  if (rx.kit.settings.isDemo || !requiresTwoStep(rx.actor.duties, rx.actor.roles)) return []
  const { isOn } = await twoStepStanding(rx)
  return [
    {
      words: text('两步登录', 'Two-step sign-in'),
      isDone: isOn,
      about: text('您的职责要求两步登录。', 'Your duties take it.'),
      ...(!isOn && { action: { href: '/account/two-step', words: text('开启', 'Turn it on') } }),
    },
  ]
}

async function bankAccount(rx: Rx, reader: Reader): Promise<Step> {
  const states = (await listBankAccounts(rx, { limit: 50 })).map(account => account.state)
  const isDone = states.includes('confirmed')
  const isWaiting = states.includes('submitted')
  const mayRegister = reader.can('bank-account.register')
  return {
    words: text('登记收款账户', 'Bank account'),
    isDone,
    about: isDone
      ? text('收款账户已确认，可以接收结算款。', 'Confirmed: settlements can be paid out.')
      : isWaiting
        ? text('已提交，等待运营机构确认。', 'Submitted; the operator confirms it.')
        : mayRegister
          ? text(
              '用于接收结算款，须为本机构名下账户。',
              'Where settlements are paid to; in the organisation’s own name.',
            )
          : text('请本机构财务人员登记。', 'Somebody with the finance duty registers it.'),
    ...(!isDone &&
      mayRegister && {
        action: {
          href: '/organization/bank-accounts',
          words: isWaiting ? text('查看', 'See it') : text('登记账户', 'Register it'),
        },
      }),
  }
}

async function firstProduct(rx: Rx, reader: Reader): Promise<Step> {
  const counts = await countListings(rx)
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const isDone = counts.some(({ state }) => ['listed', 'suspended', 'delisted', 'expired'].includes(state))
  return {
    words: text('首个数据产品挂牌', 'First product listed'),
    isDone,
    about: isDone
      ? text('已有产品挂牌。', 'A product of yours is or was listed.')
      : total > 0
        ? text('产品正在准备或审核中。', 'A product is being prepared or reviewed.')
        : text(
            '上传一个数据文件，系统会据此预填产品信息。',
            'Upload a data file; the product’s fields are filled in from it.',
          ),
    ...(!isDone && {
      action:
        total > 0
          ? { href: '/vendor/listings', words: text('查看产品', 'My products') }
          : reader.can('data-version.upload')
            ? { href: '/vendor/upload', words: text('上传数据', 'Upload data') }
            : { href: '/organization/members', words: text('查看由谁经办', 'See who prepares') },
    }),
  }
}

async function firstPurchase(rx: Rx): Promise<Step> {
  const { items } = await listContracts(rx, { side: 'buyer', limit: 1 })
  const isDone = items.length > 0
  return {
    words: text('首次采购', 'First purchase'),
    isDone,
    about: isDone
      ? text('已发起过采购合同。', 'A contract was begun.')
      : text('检索数据产品，选择价格方案，在线签约。', 'Search, choose a plan, and sign online.'),
    action: isDone
      ? { href: '/contracts', words: text('查看合同', 'Contracts') }
      : { href: '/products', words: text('检索数据产品', 'Search data products') },
  }
}

/** The way of an organisation into the exchange, and the next action on it; beyond verification only when acting for it. */
export async function onboarding(rx: Rx, organization: Organization, reader: Reader): Promise<Step[]> {
  const state = organization.state as OrganizationState
  const steps = admission({ state })
  const isActing = rx.actor.organizationId === organization.id
  if (state !== 'verified' || !isActing) return steps
  const { roles } = organization
  steps.push(...(await safety(rx)))
  if (roles.includes('vendor')) steps.push(await bankAccount(rx, reader), await firstProduct(rx, reader))
  if (roles.includes('buyer')) steps.push(await firstPurchase(rx))
  return steps
}
