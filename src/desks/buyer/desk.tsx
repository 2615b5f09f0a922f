import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { contractsOf, readSigningPolicy } from '../../modules/contracts/index.ts'
import { countOrders, listOrders } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Count, Empty, Money, Stat, yuan } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { Work } from '../waiting.tsx'
import { OrderTable } from './orders.tsx'
import { orderGroups } from './standing.ts'
import { buyerWork } from './work.ts'

async function find(rx: Rx) {
  const counts = await countOrders(rx, 'buyer')
  const recent = (await listOrders(rx, { as: 'buyer', limit: 5 })).slice(0, 5)
  const sum = (states: readonly string[], read: (count: (typeof counts)[number]) => bigint) =>
    counts.filter(({ state }) => states.includes(state)).reduce((total, count) => total + read(count), 0n)
  const held = ['escrowed', 'delivering', 'delivered', 'rejected', 'redelivering', 'disputed', 'accepted']
  return {
    work: await buyerWork(rx),
    now: rx.now,
    recent,
    contracts: await contractsOf(
      rx,
      recent.map(({ row }) => row.contractId),
    ),
    open: sum(orderGroups.open, ({ count }) => BigInt(count)),
    total: sum(
      counts.map(({ state }) => state).filter(state => state !== 'cancelled' && state !== 'refunded'),
      ({ count }) => BigInt(count),
    ),
    heldFen: sum(held, ({ amountFen }) => amountFen),
    policy: await readSigningPolicy(rx),
  }
}

type Found = Awaited<ReturnType<typeof find>>

/** What the organisation wants before it signs; administrators change it here. */
function Policy({ of: { isApprovalNeeded, thresholdFen } }: { of: Found['policy'] }) {
  const t = useWords()
  const { can } = useReader()
  const now = !isApprovalNeeded
    ? text('签署合同不需要同事批准。', 'Contracts are signed without a colleague’s approval.')
    : thresholdFen === null
      ? text('所有合同签署前须由同事批准。', 'Every contract is approved by a colleague before it is signed.')
      : text(
          `价款 ¥${yuan(thresholdFen)} 及以上的合同，签署前须由同事批准。`,
          `Contracts of ¥${yuan(thresholdFen)} or more are approved by a colleague before they are signed.`,
        )
  return (
    <Card title={t(text('签署审批', 'Approval before signing'))} id="policy">
      <p>{t(now)}</p>
      {can('signing-policy.set') ? (
        <Form to="PUT /signing-policy">
          <Field
            name="isApprovalNeeded"
            kind="check"
            label={text('签署前须由签署人以外的同事批准', 'Somebody else than the signer approves first')}
            value={isApprovalNeeded}
          />
          <Field
            name="thresholdFen~yuan"
            label={text('自此金额起（元，留空为全部）', 'From this amount on, in yuan; empty for all')}
            value={thresholdFen === null ? '' : yuan(thresholdFen)}
            inputMode="decimal"
          />
          <Submit tone="plain">{t(text('保存', 'Save'))}</Submit>
        </Form>
      ) : (
        <p class="form-hint mb-0">
          {t(text('由本机构管理员设置。', 'Set by the administrators of your organisation.'))}
        </p>
      )}
    </Card>
  )
}

function Desk({ of }: { of: Found }) {
  const t = useWords()
  return (
    <>
      <Work of={of.work} now={of.now} />
      <div class="stats">
        <Stat label={t(text('已购数据', 'Purchases'))} href="/buyer/purchases">
          <Count of={of.total} />
        </Stat>
        <Stat label={t(text('进行中的订单', 'Orders in progress'))} href="/orders?as=buyer&state=open">
          <Count of={of.open} />
        </Stat>
        <Stat label={t(text('托管中的价款', 'Money in escrow'))} href="/orders?as=buyer&state=open">
          <Money fen={of.heldFen} />
        </Stat>
      </div>
      <h2>{t(text('最近的订单', 'Latest orders'))}</h2>
      {of.recent.length > 0 ? (
        <>
          <OrderTable items={of.recent} contracts={of.contracts} />
          <p>
            <a href="/orders?as=buyer">{t(text('全部订单', 'All orders'))}</a>
          </p>
        </>
      ) : (
        <Empty title={t(text('还没有订单', 'No orders yet'))} icon="receipt">
          <a class="btn btn-primary" href="/products">
            {t(text('查找数据产品', 'Look for data products'))}
          </a>
        </Empty>
      )}
      <Policy of={of.policy} />
    </>
  )
}

export const deskRoutes: Route[] = [
  page({
    at: 'GET /buyer',
    operation: 'showBuyerDesk',
    permission: 'purchase.list',
    summary: text('需方工作台', 'Buyer desk'),
    run: async rx => {
      const found = await find(rx)
      const t = text('查找数据', 'Find data')
      return {
        title: text('需方工作台', 'Buyer desk'),
        lead: text('有什么，要做什么。', 'What you have, and what waits for you.'),
        names: await tradeNames(rx, [...found.contracts.keys()]),
        actions: <FindData words={t} />,
        body: <Desk of={found} />,
      }
    },
  }),
]

function FindData({ words }: { words: { zh: string; en: string } }) {
  const t = useWords()
  return (
    <a class="btn btn-primary" href="/products">
      {t(words)}
    </a>
  )
}
