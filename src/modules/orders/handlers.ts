import type { Handler } from '../../kernel/events.ts'
import { followContractEnd, followContractTerm } from './ending.ts'
import { restartPeriods } from './periods.ts'
import { openOrder } from './service.ts'

export const handlers: Handler[] = [
  {
    event: 'contracts.contract-effective',
    name: 'orders.create-order',
    run: (cx, { contractId }) => openOrder(cx, String(contractId)),
  },
  {
    event: 'contracts.contract-terminated',
    name: 'orders.follow-termination',
    run: (cx, { contractId }) => followContractEnd(cx, String(contractId)),
  },
  {
    event: 'contracts.contract-annulled',
    name: 'orders.follow-annulment',
    run: (cx, { contractId }) => followContractEnd(cx, String(contractId)),
  },
  {
    event: 'contracts.contract-expired',
    name: 'orders.follow-term',
    run: (cx, { contractId }) => followContractTerm(cx, String(contractId)),
  },
  {
    event: 'contracts.contract-resumed',
    name: 'orders.restart-periods',
    run: (cx, { contractId }) => restartPeriods(cx, String(contractId)),
  },
]
