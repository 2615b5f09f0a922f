import type { Handler, Timer } from '../../kernel/events.ts'
import { expireContract, expiringContracts } from './performance.ts'
import { sealContract } from './seal.ts'
import { lapseContract, lapsingContracts } from './service.ts'

export const handlers: Handler[] = [
  {
    event: 'contracts.contract-effective',
    name: 'contracts.seal',
    run: (cx, { contractId }) => sealContract(cx, String(contractId)),
  },
]

export const timers: Timer[] = [
  { name: 'contracts.lapse', due: lapsingContracts, run: lapseContract },
  { name: 'contracts.expire', due: expiringContracts, run: expireContract },
]
