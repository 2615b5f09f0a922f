import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

/** What people are told of entries of the resource catalog. */
export const resources = {
  'resource.submitted': spec('action', 'resource.review', ({ other, product }) =>
    text(
      `“${other.zh}”提交了资源目录《${product.zh}》，待审核`,
      `${other.en} submitted the entry “${product.en}”; review it`,
    ),
  ),
  'resource.submitted-many': spec('action', 'resource.review', ({ other, number }) =>
    text(
      `“${other.zh}”一次提交了 ${number} 份资源目录，待审核`,
      `${other.en} submitted ${number} entries at once; review them`,
    ),
  ),
  'resource.returned': spec('action', 'resource.submit', ({ product }) =>
    text(
      `资源目录《${product.zh}》被退回，请修改后重新提交`,
      `The entry “${product.en}” was returned; mend it and submit it again`,
    ),
  ),
  'resource.published': spec('news', 'resource.submit', ({ product }) =>
    text(`资源目录《${product.zh}》已发布`, `The entry “${product.en}” is published`),
  ),
  'resource.withdrawn': spec('news', 'resource.submit', ({ product }) =>
    text(`资源目录《${product.zh}》已撤回`, `The entry “${product.en}” was withdrawn`),
  ),
  'pull.changed': spec('action', 'data-version.assess', ({ product }) =>
    text(
      `《${product.zh}》定时获取到新的数据版本，请确认、定级并提交风险评估`,
      `A new version of “${product.en}” was fetched; confirm and grade it, and submit its risk assessment`,
    ),
  ),
  'pull.halted': spec('action', 'resource.pull', ({ product }) =>
    text(
      `《${product.zh}》的数据多次获取失败，已停止，请检查地址和凭据`,
      `Fetching the data of “${product.en}” failed again and again and was stopped; check address and credential`,
    ),
  ),
  'pull.refused': spec('action', 'resource.attach', ({ product }) =>
    text(
      `《${product.zh}》获取的数据已放行，但未能自动挂接`,
      `The fetched data of “${product.en}” is released but could not be attached by itself`,
    ),
  ),
}
