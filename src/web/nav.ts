import { type Text, text } from '../kernel/text.ts'
import type { Reader } from './reader.ts'

export interface Place {
  readonly path: string
  readonly words: Text
  readonly icon: string
  /** offered to whoever holds this permission */
  readonly permission?: string
  /** offered only to organisations with one of these roles: others have nothing there */
  readonly roles?: readonly string[]
  /** paths outside its own whose pages belong to it */
  readonly covers?: readonly string[]
}

/** The rooms that everyone enters. */
export const publicPlaces: readonly Place[] = [
  { path: '/products', words: text('数据产品', 'Data products'), icon: 'database-search' },
  { path: '/resources', words: text('资源目录', 'Resource catalog'), icon: 'folder' },
  { path: '/verify', words: text('查验', 'Verify'), icon: 'shield-check' },
  { path: '/announcements', words: text('公告', 'Announcements'), icon: 'speakerphone' },
  { path: '/statistics', words: text('统计', 'Statistics'), icon: 'chart-bar' },
  { path: '/model-contracts', words: text('示范合同', 'Model contracts'), icon: 'file-text' },
  { path: '/rules', words: text('规则', 'Rules'), icon: 'gavel' },
]

/** What stands at the foot of every page. */
export const footPlaces: readonly Omit<Place, 'icon'>[] = [
  { path: '/sources', words: text('一数一源', 'Authoritative sources') },
  { path: '/collections', words: text('采集事项公开', 'Registered collections') },
  { path: '/transparency', words: text('公开日志', 'Public log') },
  { path: '/about', words: text('关于', 'About') },
  { path: '/privacy', words: text('隐私', 'Privacy') },
  { path: '/accessibility', words: text('无障碍', 'Accessibility') },
  { path: '/docs', words: text('接口文档', 'API reference') },
  { path: '/problems', words: text('问题说明', 'Problems') },
]

export interface Desk {
  readonly role: string
  readonly words: Text
  readonly places: readonly Place[]
}

/** The desks, by the role of the organisation that a person acts for. */
const desks: readonly Desk[] = [
  {
    role: 'authority',
    words: text('监管', 'Regulator'),
    places: [
      { path: '/regulator', words: text('监管工作台', 'Regulator desk'), icon: 'layout-dashboard' },
      { path: '/regulator/filings', words: text('备案核查', 'Filings'), icon: 'checklist' },
      {
        path: '/source-proposals',
        words: text('权威来源', 'Sources'),
        icon: 'git-merge',
        permission: 'source.list',
      },
      {
        path: '/regulator/reports',
        words: text('重复采集举报', 'Breach reports'),
        icon: 'flag',
      },
      { path: '/regulator/freezes', words: text('交易冻结', 'Freezes'), icon: 'snowflake', covers: ['/freezes'] },
      { path: '/regulator/statistics', words: text('辖区统计', 'Jurisdiction'), icon: 'chart-histogram' },
    ],
  },
  {
    role: 'operator',
    words: text('运营', 'Operator'),
    places: [
      { path: '/operator', words: text('运营工作台', 'Operator desk'), icon: 'layout-dashboard' },
      {
        path: '/operator/organizations',
        words: text('机构核验', 'Organisations'),
        icon: 'building',
        permission: 'organization.list',
      },
      {
        path: '/operator/listings',
        words: text('挂牌审核', 'Listing reviews'),
        icon: 'clipboard-check',
        permission: 'listing.list',
      },
      { path: '/operator/files', words: text('暂存文件', 'Held files'), icon: 'virus-search' },
      {
        path: '/operator/assessments',
        words: text('风险审核', 'Risk reviews'),
        icon: 'shield-check',
        permission: 'assessment.review',
      },
      {
        path: '/operator/resources',
        words: text('目录审核', 'Catalog reviews'),
        icon: 'folder',
      },
      { path: '/source-proposals', words: text('权威来源', 'Sources'), icon: 'git-merge' },
      { path: '/operator/collections', words: text('采集审核', 'Collection reviews'), icon: 'forms' },
      { path: '/operator/registrations', words: text('登记办理', 'Registrations'), icon: 'certificate' },
      { path: '/operator/orders', words: text('订单与争议', 'Orders and disputes'), icon: 'scale' },
      {
        path: '/operator/statements',
        words: text('对账单', 'Bank statements'),
        icon: 'file-import',
        permission: 'bank-statement.list',
      },
      {
        path: '/operator/reconciliation',
        words: text('对账', 'Reconciliation'),
        icon: 'checks',
        permission: 'difference.list',
      },
      { path: '/operator/payouts', words: text('付款', 'Payouts'), icon: 'cash', permission: 'payout-batch.list' },
      { path: '/operator/books', words: text('账簿', 'Books'), icon: 'book', permission: 'ledger.read' },
      { path: '/invoices', words: text('发票', 'Invoices'), icon: 'file-invoice', permission: 'invoice.issue' },
      { path: '/operator/announcements', words: text('公告管理', 'Announcements'), icon: 'speakerphone' },
      { path: '/operator/rules', words: text('费率与规则', 'Fees and rules'), icon: 'gavel' },
      { path: '/operator/people', words: text('用户', 'People'), icon: 'users' },
      { path: '/operator/mail', words: text('系统邮件', 'E-mail'), icon: 'mail', permission: 'mail.list' },
      { path: '/operator/health', words: text('系统状态', 'System health'), icon: 'activity' },
    ],
  },
  {
    role: 'vendor',
    words: text('供方', 'Vendor'),
    places: [
      { path: '/vendor', words: text('供方工作台', 'Vendor desk'), icon: 'layout-dashboard' },
      {
        path: '/vendor/upload',
        words: text('上传数据', 'Upload data'),
        icon: 'upload',
        permission: 'data-version.upload',
        covers: ['/vendor/versions'],
      },
      {
        path: '/assessments',
        words: text('分级与风险', 'Grades and risks'),
        icon: 'shield-check',
        permission: 'data-version.read-risk',
      },
      {
        path: '/data-versions',
        words: text('数据查看', 'My data'),
        icon: 'table',
        permission: 'data-version.list',
      },
      {
        path: '/vendor/listings',
        words: text('我的产品', 'My products'),
        icon: 'packages',
        covers: ['/vendor/products'],
      },
      { path: '/vendor/questions', words: text('需方提问', 'Questions'), icon: 'message-question' },
      { path: '/vendor/earnings', words: text('收入', 'Earnings'), icon: 'coin-yuan' },
    ],
  },
  {
    role: 'institution',
    words: text('公共机构', 'Public institution'),
    places: [
      { path: '/institution', words: text('机构工作台', 'Institution desk'), icon: 'layout-dashboard' },
      { path: '/institution/resources', words: text('编制目录', 'My entries'), icon: 'folder' },
      { path: '/institution/collections', words: text('拟采集事项', 'Planned collections'), icon: 'forms' },
      {
        path: '/source-proposals',
        words: text('权威来源', 'Sources'),
        icon: 'git-merge',
        covers: ['/institution/sources'],
      },
      {
        path: '/vendor/upload',
        words: text('上传数据', 'Upload data'),
        icon: 'upload',
        permission: 'data-version.upload',
        covers: ['/vendor/versions'],
      },
      {
        path: '/assessments',
        words: text('分级与风险', 'Grades and risks'),
        icon: 'shield-check',
        permission: 'data-version.read-risk',
      },
      {
        path: '/data-versions',
        words: text('数据查看', 'My data'),
        icon: 'table',
        permission: 'data-version.list',
      },
    ],
  },
  {
    role: 'buyer',
    words: text('需方', 'Buyer'),
    places: [
      { path: '/buyer', words: text('需方工作台', 'Buyer desk'), icon: 'layout-dashboard' },
      { path: '/buyer/purchases', words: text('已购数据', 'Purchases'), icon: 'shopping-bag' },
      { path: '/buyer/saved', words: text('关注与检索', 'Saved'), icon: 'bookmark' },
    ],
  },
]

const trades: Desk = {
  role: '',
  words: text('交易', 'Trades'),
  places: [
    { path: '/contracts', words: text('合同', 'Contracts'), icon: 'file-pencil' },
    { path: '/subscriptions', words: text('订阅', 'Subscriptions'), icon: 'repeat' },
    { path: '/orders', words: text('订单', 'Orders'), icon: 'receipt' },
    { path: '/invoices', words: text('发票', 'Invoices'), icon: 'file-invoice' },
  ],
}

const own: Desk = {
  role: '',
  words: text('机构', 'Organisation'),
  places: [
    { path: '/organization', words: text('机构信息', 'Organisation'), icon: 'building' },
    { path: '/organization/members', words: text('成员', 'Team'), icon: 'users', permission: 'member.list' },
    {
      path: '/organization/bank-accounts',
      words: text('收款账户', 'Bank accounts'),
      icon: 'building-bank',
      permission: 'bank-account.list',
      roles: ['vendor', 'buyer', 'operator'],
    },
    {
      path: '/organization/api-tokens',
      words: text('接口令牌', 'API tokens'),
      icon: 'key',
      permission: 'api-token.list',
    },
  ],
}

/** The desks of a reader, with the places they may enter. */
export function desksOf(reader: Reader): Desk[] {
  const { roles, organizationId } = reader.actor
  if (!reader.viewer) return []
  const isParty = roles.includes('vendor') || roles.includes('buyer')
  const all = [
    ...desks.filter(desk => roles.includes(desk.role)),
    ...(isParty ? [trades] : []),
    ...(organizationId ? [own] : []),
  ]
  return all.map(desk => ({
    ...desk,
    places: desk.places.filter(
      place =>
        (!place.permission || reader.can(place.permission)) &&
        (!place.roles || place.roles.some(role => roles.includes(role))),
    ),
  }))
}

/** Where a person begins: what they must set up first, their desk, their organisation's onboarding, or registering one. */
export function startOf(reader: Reader): string {
  if (reader.actor.lacksTwoStep) return '/account/two-step'
  const first = desksOf(reader)[0]?.places[0]?.path
  return first ?? (reader.actor.organizationId ? '/organization' : '/organization/new')
}

/** Whether a page belongs to the desks: it then has the desks' places beside it. */
export const isDeskPath = (path: string): boolean =>
  /^\/(vendor|institution|data-versions|assessments|buyer|regulator|operator|contracts|orders|invoices|trades|organization|account|inbox|source-proposals)(\/|$)/.test(
    path,
  )
