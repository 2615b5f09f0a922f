import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

const providing = 'data-version.assess'
/** What is told of data versions at the gate. */
export const assessments = {
  'assessment.submitted': spec('action', 'assessment.review', ({ other, product }) =>
    text(
      `“${other.zh}”提交了“${product.zh}”的风险评估，待审核`,
      `${other.en} submitted the risk assessment of ${product.en}`,
    ),
  ),
  'assessment.reported': spec('action', 'assessment.review', ({ other, product }) =>
    text(
      `“${other.zh}”反馈了“${product.zh}”的风险处理情况，待复审`,
      `${other.en} reported how the risks of ${product.en} were handled; review it again`,
    ),
  ),
  'assessment.found': spec('action', providing, ({ product }) =>
    text(`“${product.zh}”发现风险，请处理并反馈`, `A risk was found in ${product.en}; handle it and report`),
  ),
  'assessment.passed': spec('news', providing, ({ product }) =>
    text(`“${product.zh}”通过风险审核`, `${product.en} has passed the risk review`),
  ),
  'assessment.withheld': spec('news', providing, ({ product }) =>
    text(`“${product.zh}”经审核不予发布`, `${product.en} was withheld by the risk review`),
  ),
  'assessment.ended': spec('action', providing, ({ product }) =>
    text(
      `“${product.zh}”的风险评估已失效，请重新评估`,
      `The risk assessment of ${product.en} is no longer valid; assess it anew`,
    ),
  ),
  'assessment.ending': spec('action', providing, ({ product }) =>
    text(
      `“${product.zh}”的风险评估即将到期，现在可以续评`,
      `The risk assessment of ${product.en} ends soon; it can be renewed now`,
    ),
  ),
  'access.suspended': spec('news', 'order.accept', ({ number, product }) =>
    text(
      `《${product.zh}》的数据未放行，暂停下载（订单 ${number}）`,
      `The data of “${product.en}” is not released: downloads are suspended (order ${number})`,
    ),
  ),
  'access.resumed': spec('news', 'order.accept', ({ number, product }) =>
    text(
      `《${product.zh}》的数据已重新放行，可以下载（订单 ${number}）`,
      `The data of “${product.en}” is released again and can be downloaded (order ${number})`,
    ),
  ),
  'listing.kept-suspended': spec('news', 'listing.submit', ({ product }) =>
    text(
      `《${product.zh}》的数据已放行，挂牌仍停牌`,
      `The data of “${product.en}” is released; its listing stays suspended`,
    ),
  ),
  'assessment.closed': spec('news', providing, ({ product }) =>
    text(`“${product.zh}”已停止提供`, `${product.en} is no longer provided`),
  ),
  'assessment.late': spec('action', providing, ({ product }) =>
    text(
      `“${product.zh}”的风险处理已逾期，请尽快反馈`,
      `The handling of risks of ${product.en} is overdue; report now`,
    ),
  ),
  'assessment.overdue': spec('action', 'assessment.review', ({ other, product }) =>
    text(`“${other.zh}”的“${product.zh}”风险审核已逾期`, `The risk review of ${product.en} by ${other.en} is overdue`),
  ),
  'grade.lowering-asked': spec('action', 'data-version.lower', ({ other, product }) =>
    text(
      `“${other.zh}”申请降低“${product.zh}”的级别，待确认`,
      `${other.en} asks for a lower grade of ${product.en}; decide`,
    ),
  ),
  'grade.lowered': spec('news', providing, ({ product }) =>
    text(`“${product.zh}”的降级已确认`, `The lower grade of ${product.en} is confirmed`),
  ),
  'grade.kept': spec('news', providing, ({ product }) =>
    text(`“${product.zh}”维持原级别`, `The grade of ${product.en} stays as it is`),
  ),
}
