import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { contractsOf } from '../../modules/contracts/index.ts'
import {
  type Freeze,
  type FreezeState,
  freezeMachine,
  freezesToConfirm,
  listFreezes,
} from '../../modules/orders/index.ts'
import { useWords } from '../../web/context.ts'
import { Empty, Moment, Name, Pager, State, Table } from '../../web/parts.tsx'
import { freezeTones } from '../frozen.tsx'
import { tradeNames } from '../names.ts'
import { cutPage, StateTabs } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { showFreeze } from './freezing.tsx'

interface Shown {
  readonly items: readonly Freeze[]
  readonly next: string | null
  readonly state: FreezeState | undefined
  readonly waiting: Awaited<ReturnType<typeof freezesToConfirm>>
  readonly contracts: Awaited<ReturnType<typeof contractsOf>>
}

const states = Object.keys(freezeMachine.states) as FreezeState[]

function List({ of: { items, next, state, waiting, contracts } }: { of: Shown }) {
  const t = useWords()
  return (
    <>
      <StateTabs
        at={state ?? 'all'}
        of={[
          { state: 'all', words: text('全部', 'All') },
          ...states.map(each => ({
            state: each,
            words: freezeMachine.states[each],
            ...((each === 'proposed' || each === 'lifting') && { count: waiting[each] }),
          })),
        ]}
      />
      {items.length === 0 ? (
        <Empty title={t(text('没有交易冻结', 'No freezes here'))} icon="snowflake">
          {t(
            text(
              '冻结在备案页面的“其他监管措施”中提请：',
              'A freeze is proposed on the page of a filing, under other measures: ',
            ),
          )}
          <a href="/regulator/filings">{t(text('打开备案核查', 'open the filings'))}</a>
        </Empty>
      ) : (
        <Table
          head={[
            t(text('合同', 'Contract')),
            t(text('产品', 'Product')),
            t(text('状态', 'State')),
            t(text('理由', 'Reason')),
            t(text('提请', 'Proposed')),
          ]}
          rows={items.map(row => {
            const contract = contracts.get(row.contractId)
            return [
              <a href={`/freezes/${row.id}`}>{contract?.number ?? row.id.slice(-6)}</a>,
              <Name zh={contract?.productName ?? ''} of={row.contractId} />,
              <State machine={freezeMachine} state={row.state} tones={freezeTones} />,
              row.reason.length > 60 ? `${row.reason.slice(0, 60)}…` : row.reason,
              <Moment at={row.proposedAt} />,
            ]
          })}
        />
      )}
      <Pager next={next} />
    </>
  )
}

export const freezePages: Route[] = [
  page({
    at: 'GET /regulator/freezes',
    operation: 'showFreezes',
    permission: 'filing.supervise',
    summary: text('交易冻结', 'Freezes of trades'),
    query: {
      state: Type.Optional(Type.String({ enum: ['all', ...states] })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const state = states.find(each => each === query.state)
      const rows = await listFreezes(rx, { ...(state && { state }), ...(query.after && { after: query.after }) })
      const { items, next } = cutPage(rows)
      const ids = items.map(row => row.contractId)
      const of: Shown = {
        items,
        next,
        state,
        waiting: await freezesToConfirm(rx),
        contracts: await contractsOf(rx, ids),
      }
      return {
        title: text('交易冻结', 'Freezes of trades'),
        lead: text(
          '一人提请、另一人复核；冻结期间交易资金不得结算、划付和付款。',
          'One person proposes, another confirms; while a freeze lasts no money of the trade is released, transferred or paid out.',
        ),
        names: await tradeNames(rx, ids),
        trail: [['/regulator', text('监管工作台', 'Regulator desk')]],
        body: <List of={of} />,
      }
    },
  }),
  page({
    at: 'GET /freezes/:id',
    operation: 'showFreeze',
    permission: 'freeze.read',
    summary: text('一项交易冻结', 'One freeze of a trade'),
    params: { id: Id },
    run: (rx, { params: { id } }) => showFreeze(rx, id),
  }),
]
