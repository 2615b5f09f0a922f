import { access } from '../../access.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import * as bulletin from '../../modules/bulletin/index.ts'
import * as catalog from '../../modules/catalog/index.ts'
import * as contracts from '../../modules/contracts/index.ts'
import * as data from '../../modules/data/index.ts'
import * as delivery from '../../modules/delivery/index.ts'
import * as identity from '../../modules/identity/index.ts'
import * as ledger from '../../modules/ledger/index.ts'
import * as notices from '../../modules/notices/index.ts'
import * as orders from '../../modules/orders/index.ts'
import * as registration from '../../modules/registration/index.ts'
import * as resources from '../../modules/resources/index.ts'
import * as settlement from '../../modules/settlement/index.ts'
import * as transparency from '../../modules/transparency/index.ts'
import type { Reader } from '../../web/reader.ts'

/** What the groups of the API are called. */
const groups: Readonly<Record<string, Text>> = {
  organizations: text('机构', 'Organisations'),
  transparency: text('公开日志', 'Public log'),
  data: text('数据文件', 'Data files'),
  resources: text('资源目录', 'Resource catalog'),
  products: text('数据产品', 'Data products'),
  listings: text('挂牌', 'Listings'),
  contracts: text('合同', 'Contracts'),
  registration: text('登记', 'Registration'),
  filing: text('备案', 'Filing'),
  ledger: text('账簿', 'Ledger'),
  orders: text('订单', 'Orders'),
  settlement: text('收付款与结算', 'Payments and settlement'),
  delivery: text('交付', 'Delivery'),
  identity: text('成员', 'Members'),
  operator: text('运营', 'Running the exchange'),
  trades: text('交易', 'Trades'),
  questions: text('提问与答复', 'Questions and answers'),
  ratings: text('评价', 'Ratings'),
  watching: text('关注', 'Watching'),
  vendors: text('供方', 'Vendors'),
  announcements: text('公告', 'Announcements'),
  notices: text('通知', 'Notifications'),
  statistics: text('统计', 'Statistics'),
  exchange: text('交易场所', 'The exchange'),
}

const others = text('工作台', 'Desks')

const modules: readonly { readonly routes: readonly Route[] }[] = [
  identity,
  transparency,
  data,
  resources,
  catalog,
  contracts,
  registration,
  ledger,
  orders,
  settlement,
  delivery,
  bulletin,
  notices,
]

/** One permission that a token may be given, in the words of the operations that it opens. */
export interface Scope {
  readonly permission: string
  readonly words: Text
}

export interface ScopeGroup {
  readonly words: Text
  readonly scopes: readonly Scope[]
}

/** Permissions that need no token, belong to a person, or would let a token make others. */
const isOffered = (permission: string): boolean => {
  const grants = access[permission] ?? []
  return !grants.includes('anyone') && !grants.includes('person') && !permission.startsWith('api-token.')
}

const join = (all: readonly Text[]): Text =>
  text(all.map(each => each.zh).join('、'), all.map((each, i) => (i === 0 ? each.en : lower(each.en))).join(', '))

const lower = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)

/** What the reader may do for their organisation, grouped as the API is: each could be a scope of a token. */
export function scopeGroups(reader: Pick<Reader, 'can'>): ScopeGroup[] {
  const byTag = new Map<string, Map<string, Text[]>>()
  for (const { spec } of modules.flatMap(module => module.routes)) {
    if (!isOffered(spec.permission) || !reader.can(spec.permission)) continue
    const tag = byTag.get(spec.tag) ?? new Map<string, Text[]>()
    byTag.set(spec.tag, tag.set(spec.permission, [...(tag.get(spec.permission) ?? []), spec.summary]))
  }
  const known = new Set([...byTag.values()].flatMap(permissions => [...permissions.keys()]))
  const rest = Object.keys(access).filter(each => isOffered(each) && reader.can(each) && !known.has(each))
  return [
    ...[...byTag].map(([tag, permissions]) => ({
      words: groups[tag] ?? text(tag, tag),
      scopes: [...permissions].map(([permission, summaries]) => ({ permission, words: join(summaries) })),
    })),
    // what the desks put together from several modules
    ...(rest.length > 0
      ? [{ words: others, scopes: rest.map(each => ({ permission: each, words: text(each, each) })) }]
      : []),
  ]
}
