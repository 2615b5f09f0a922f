import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

/** Who of the parties and the operator a freeze is served on: those who conclude contracts, see to orders and to money. */
const served = 'contract.sign order.dispute earnings.read settlement.list order.mediate payout-batch.create'

/** What is told of the authority's freeze of a trade; `number` is the contract's. */
export const freezes = {
  'trade.frozen': spec('action', served, ({ number, product }) =>
    text(
      `主管部门已冻结合同 ${number}（《${product.zh}》）的资金，理由和依据见下`,
      `The authority has frozen the money of contract ${number} (“${product.en}”); reason and basis are below`,
    ),
  ),
  'trade.unfrozen': spec('news', served, ({ number, product }) =>
    text(
      `主管部门已解除合同 ${number}（《${product.zh}》）的冻结，理由见下`,
      `The authority has lifted the freeze of contract ${number} (“${product.en}”); the reason is below`,
    ),
  ),
  'freeze.to-confirm': spec('action', 'freeze.confirm', ({ number }) =>
    text(
      `同事提请冻结合同 ${number} 的交易，待复核`,
      `A colleague proposes to freeze the trade of contract ${number}; confirm or decline`,
    ),
  ),
  'freeze.to-lift': spec('action', 'freeze.lift', ({ number }) =>
    text(
      `同事提请解除合同 ${number} 的冻结，待复核`,
      `A colleague proposes to lift the freeze of contract ${number}; lift or keep it`,
    ),
  ),
}
