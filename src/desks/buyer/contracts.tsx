import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  type ContractFacts,
  type ContractState,
  contractMachine,
  listContracts,
  openContracts,
  type Side,
} from '../../modules/contracts/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Empty, Moment, Name, Pager, State, Table, Tabs } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { ContractPrice } from '../price.tsx'
import { Others } from './parts.tsx'
import { contractGroups, contractStep, contractTones, partyOf, waitsFor } from './standing.ts'

type Group = keyof typeof contractGroups

interface Listed {
  /** what waits for the own organisation */
  readonly todo: readonly ContractFacts[]
  readonly items: readonly ContractFacts[]
  readonly next: string | null
}

const isGroup = (value: string | undefined): value is Group => value !== undefined && value in contractGroups

interface Query {
  readonly side?: Side
  readonly state?: string
  readonly after?: string
}

async function find(rx: Rx, query: Query): Promise<Listed> {
  const sides = query.side ? [query.side] : (['buyer', 'vendor'] as const)
  const todo: ContractFacts[] = []
  if (rx.actor.organizationId !== null && query.after === undefined)
    for (const side of sides)
      for (const contract of await openContracts(rx, side))
        if (waitsFor(contract).sides.includes(side)) todo.push(contract)
  const { state } = query
  const { items, next } = await listContracts(rx, {
    ...(query.side && { side: query.side }),
    ...(query.after !== undefined && { after: query.after }),
    ...(isGroup(state) ? { states: contractGroups[state] } : state !== undefined && { state }),
  })
  // a page of contracts comes without their signatures; those that wait for us were read with them
  const known = new Map(todo.map(contract => [contract.id, contract]))
  return { todo, items: items.map(item => known.get(item.id) ?? item), next }
}

function Rows({ of, isTodo }: { of: readonly ContractFacts[]; isTodo?: boolean }) {
  const t = useWords()
  const { actor } = useReader()
  return (
    <Table
      head={[
        t(text('合同', 'Contract')),
        t(text('对方', 'Other side')),
        t(text('价款', 'Price')),
        t(text('状态', 'State')),
        t(isTodo ? text('请在此前办理', 'Do it by') : text('发起时间', 'Began')),
      ]}
      nums={[2]}
      rows={of.map(contract => {
        const side = partyOf(contract, actor.organizationId)
        const [vendor, buyer] = contract.terms.parties
        const step = isTodo ? contractStep(contract, side) : undefined
        return [
          <>
            <a href={`/contracts/${contract.id}`}>
              <Name zh={contract.productName} of={contract.productId} />
            </a>
            <br />
            <span class="text-secondary">{contract.number}</span>
          </>,
          <Others
            key="other"
            side={side}
            vendor={<Name zh={vendor.name} of={contract.vendorId} />}
            buyer={<Name zh={buyer.name} of={contract.buyerId} />}
          />,
          <ContractPrice key="price" of={contract} />,
          step ? (
            <a key="step" class="btn btn-sm" href={`/contracts/${contract.id}`}>
              {t(step)}
            </a>
          ) : (
            <State key="state" machine={contractMachine} state={contract.state} tones={contractTones} />
          ),
          <Moment key="when" at={isTodo ? contract.lapsesAt : contract.createdAt} isDay />,
        ]
      })}
    />
  )
}

const groups: readonly (readonly [Group | undefined, Text])[] = [
  [undefined, text('全部', 'All')],
  ['open', text('磋商与签署', 'Negotiating and signing')],
  ['running', text('履行中', 'Being performed')],
  ['ended', text('已结束', 'Ended')],
]

function Nothing({ query }: { query: Query }) {
  const t = useWords()
  const { actor } = useReader()
  if (query.state !== undefined || query.after !== undefined)
    return (
      <Empty title={t(text('这里没有合同', 'No contracts here'))}>
        <a href="/contracts">{t(text('查看全部合同', 'See all contracts'))}</a>
      </Empty>
    )
  const isBuyer = actor.roles.includes('buyer')
  return (
    <Empty title={t(text('还没有合同', 'No contracts yet'))} icon="file-pencil">
      <p>
        {isBuyer
          ? t(
              text(
                '在产品页选择“购买”，即可由示范文本生成合同。',
                'Choose “Buy” on a product’s page: a contract is made from the model text.',
              ),
            )
          : t(
              text(
                '需方购买您的产品时，合同会出现在这里。',
                'When a buyer asks for one of your products, the contract appears here.',
              ),
            )}
      </p>
      <a class="btn btn-primary" href={isBuyer ? '/products' : '/vendor/listings'}>
        {isBuyer ? t(text('查找数据产品', 'Look for data products')) : t(text('查看我的产品', 'See my products'))}
      </a>
    </Empty>
  )
}

function Contracts({ found, query }: { found: Listed; query: Query }) {
  const t = useWords()
  const { actor } = useReader()
  const isBoth = actor.roles.includes('vendor') && actor.roles.includes('buyer')
  const link = (state: string | undefined, side = query.side) => {
    const params = new URLSearchParams({ ...(side && { side }), ...(state && { state }) })
    return params.size > 0 ? `/contracts?${params}` : '/contracts'
  }
  return (
    <>
      {found.todo.length > 0 && (
        <Card title={t(text(`待您处理（${found.todo.length}）`, `Waiting for you (${found.todo.length})`))}>
          <Rows of={found.todo} isTodo />
        </Card>
      )}
      <Tabs
        of={groups.map(([group, words]) => ({ href: link(group), words: t(words), isHere: query.state === group }))}
      />
      {isBoth && (
        <p class="row-gap">
          {(
            [
              [undefined, text('双方身份', 'Both sides')],
              ['buyer', text('作为需方', 'As buyer')],
              ['vendor', text('作为供方', 'As vendor')],
            ] as const
          ).map(([side, words]) => (
            <a
              key={words.en}
              class="btn btn-sm"
              href={link(query.state, side)}
              aria-current={query.side === side ? 'true' : undefined}
            >
              {t(words)}
            </a>
          ))}
        </p>
      )}
      {found.items.length > 0 ? <Rows of={found.items} /> : <Nothing query={query} />}
      <Pager next={found.next} />
    </>
  )
}

const states = [...Object.keys(contractGroups), ...Object.keys(contractMachine.states)] as (Group | ContractState)[]

export const contractListRoutes: Route[] = [
  page({
    at: 'GET /contracts',
    operation: 'showContracts',
    permission: 'contract.list',
    summary: text('合同', 'Contracts'),
    query: {
      side: Type.Optional(Type.Union([Type.Literal('vendor'), Type.Literal('buyer')])),
      state: Type.Optional(Type.String({ enum: states })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const found = await find(rx, query)
      const names = await tradeNames(
        rx,
        [...found.todo, ...found.items].map(each => each.id),
      )
      return { title: text('合同', 'Contracts'), names, body: <Contracts found={found} query={query} /> }
    },
  }),
]
