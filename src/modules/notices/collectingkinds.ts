import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

/** What is told of planned collections and of reports that data is collected again. */
export const collections = {
  'collection.submitted': spec('action', 'collection.review', ({ other, product }) =>
    text(
      `“${other.zh}”提交了拟采集事项《${product.zh}》，待审核`,
      `${other.en} submitted the planned collection “${product.en}”`,
    ),
  ),
  'collection.returned': spec('action', 'collection.submit', ({ product }) =>
    text(
      `拟采集事项《${product.zh}》被退回，请修改后重新提交`,
      `The planned collection “${product.en}” was returned; mend it and submit it again`,
    ),
  ),
  'collection.registered': spec('news', 'collection.submit', ({ product, number }) =>
    text(
      `拟采集事项《${product.zh}》已登记，编号 ${number}`,
      `The collection “${product.en}” is registered as ${number}`,
    ),
  ),
  'collection.overtaken': spec('action', 'collection.end', ({ product }) =>
    text(
      `《${product.zh}》采集的字段已可通过共享取得，请停止采集或结束登记`,
      `Fields that “${product.en}” asks for can now be had by sharing; stop asking or end it`,
    ),
  ),
  'breach-report.filed': spec('action', 'breach-report.check', ({ number, other }) =>
    text(
      `收到对“${other.zh}”重复采集的举报 ${number}，待核查`,
      `Report ${number} on duplicate collection by ${other.en} is to be checked`,
    ),
  ),
  'breach-report.substantiated': spec('news', 'breach-report.list', ({ number }) =>
    text(`您的举报 ${number} 经核查属实`, `Your report ${number} was found true`),
  ),
  'breach-report.unsubstantiated': spec('news', 'breach-report.list', ({ number }) =>
    text(`您的举报 ${number} 经核查不属实`, `Your report ${number} was found not true`),
  ),
  'breach-report.demanded': spec('action', 'collection.end', ({ number }) =>
    text(
      `贵机构重复采集的举报 ${number} 经核查属实，请按要求整改`,
      `Report ${number} on duplicate collection by your institution was found true; do what is demanded`,
    ),
  ),
}
