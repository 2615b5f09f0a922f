import type { Cast } from './cast.ts'
import type { Client } from './client.ts'
import type { Operator } from './operator.ts'

interface Form {
  readonly id: string
  readonly fields: readonly { readonly id: string; readonly nameZh: string; readonly isSettled: boolean }[]
}

const users = {
  title: '用水户信息登记表',
  purpose: '核对城市公共供水用水户信息，完善抢修通知和水费结算',
  legalBasis: '《城市供水条例》',
  audience: 'enterprises',
  fieldLines: '用水户名称\n水表编号\n区划代码 | code\n区划名称 | name\n用水性质',
}

const visits = {
  title: '社区养老服务需求调查表',
  purpose: '了解各社区养老服务需求，安排 2027 年服务项目',
  legalBasis: '《老年人权益保障法》第三十七条',
  audience: 'citizens',
  fieldLines: '受访人年龄段\n所在社区\n区划代码\n需要的服务\n每周次数',
}

/**
 * A water works registers a form, from which it drops what the catalog has; a civil affairs department has one in work;
 * a company reports that it is asked again for what is there.
 */
export async function planCollections(
  client: Client,
  operator: Operator,
  { water, civil, company }: { readonly water: Cast; readonly civil: Cast; readonly company: Cast },
): Promise<void> {
  const begun = async (of: Cast) =>
    (await client.call<{ items: unknown[] }>('GET /planned-collections', { as: of.maker })).items.length > 0
  if (!(await begun(water))) {
    const { id } = await client.call<Form>('POST /planned-collections', { as: water.maker, body: users })
    const { fields } = await client.call<Form>(`GET /planned-collections/${id}`, { as: water.maker })
    for (const field of fields.filter(each => !each.isSettled))
      await client.call(`POST /planned-fields/${field.id}/answer`, { as: water.maker, body: { answer: 'dropped' } })
    await client.call(`POST /planned-collections/${id}/submit`, { as: water.maker })
    await client.call(`POST /planned-collections/${id}/review`, { as: operator.maker })
    await client.call(`POST /planned-collections/${id}/register`, { as: operator.checker })
    await client.call('POST /breach-reports', {
      as: company.maker,
      body: {
        formId: id,
        fieldLines: '区划代码',
        description: '营业厅仍要求在纸质登记表上填写区划代码，该数据可从资源目录直接取得。',
      },
    })
  }
  if (!(await begun(civil))) await client.call('POST /planned-collections', { as: civil.maker, body: visits })
}
