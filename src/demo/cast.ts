import { randomInt } from 'node:crypto'
import { usccCheckCharacter } from '../kernel/uscc.ts'
import type { Client, Player } from './client.ts'
import { demoPassword, ensureMember, type Operator } from './operator.ts'

/** How an organisation of the demo introduces itself. */
export interface Role {
  /** part of its people's addresses: `maker@<slug>.demo` */
  readonly slug: string
  readonly nameZh: string
  readonly nameEn: string
  readonly division: string
  readonly address: string
  readonly roles: readonly ('vendor' | 'buyer' | 'authority' | 'institution')[]
  /** of an institution: a public service enterprise of this kind, else a public institution */
  readonly service?: string
  readonly people: { readonly maker: string; readonly checker: string; readonly finance: string }
}

/** An organisation with its people signed in. */
export interface Cast {
  readonly id: string
  readonly uscc: string
  readonly role: Role
  readonly maker: Player
  readonly checker: Player
  readonly finance: Player
}

export const duties = { maker: ['administrator', 'maker'], checker: ['checker'], finance: ['finance'] } as const

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** A unified social credit code that nobody has, with its right check character (GB 32100). */
export function inventUscc(division: string): string {
  const serial = Array.from({ length: 9 }, () => alphabet[randomInt(alphabet.length)]).join('')
  const body = `91${division}${serial}`
  return body + usccCheckCharacter(body)
}

async function join(client: Client, slug: string, duty: keyof typeof duties, name: string): Promise<Player> {
  const email = `${duty}@${slug}.demo`
  const made = await client.send('POST /persons', { body: { email, name, password: demoPassword } })
  if (made.status !== 201 && made.status !== 409) throw new Error(`POST /persons → ${made.status}`)
  return client.signIn(email, demoPassword, name)
}

/** Registers an organisation with three people and has the operator verify it; found again when it is there already. */
export async function makeCast(client: Client, operator: Operator, role: Role, uscc: string): Promise<Cast> {
  const maker = await join(client, role.slug, 'maker', role.people.maker)
  const checker = await join(client, role.slug, 'checker', role.people.checker)
  const finance = await join(client, role.slug, 'finance', role.people.finance)
  const { memberships } = await client.call<{ memberships: { organizationId: string; state: string }[] }>('GET /me', {
    as: maker,
  })
  let id = memberships[0]?.organizationId
  if (!id) {
    const made = await client.call<{ id: string }>('POST /organizations', {
      as: maker,
      body: {
        uscc,
        nameZh: role.nameZh,
        nameEn: role.nameEn,
        division: role.division,
        address: role.address,
        contactName: role.people.maker,
        contactPhone: '0351-7000000',
        roles: role.roles,
        ...(role.roles.includes('institution') && {
          institutionKind: role.service ? 'publicServiceEnterprise' : 'publicInstitution',
          ...(role.service && { serviceKind: role.service }),
        }),
      },
    })
    id = made.id
  }
  const administrator = { ...maker, organizationId: id }
  if (memberships[0]?.state !== 'verified') {
    await client.send(`POST /organizations/${id}/accept`, { as: operator.maker })
    await client.call(`POST /organizations/${id}/verify`, { as: operator.checker })
  }
  for (const [duty, player] of Object.entries({ checker, finance }))
    await ensureMember(client, administrator, player.email, duties[duty as keyof typeof duties])
  return {
    id,
    uscc,
    role,
    maker: administrator,
    checker: { ...checker, organizationId: id },
    finance: { ...finance, organizationId: id },
  }
}

export const roles = {
  vendor: {
    slug: 'qixiang',
    nameZh: '山西晋阳气象数据服务有限公司',
    nameEn: 'Shanxi Jinyang Weather Data Services Co., Ltd.',
    division: '140100',
    address: '山西省太原市小店区学府街88号',
    roles: ['vendor'],
    people: { maker: '王芳', checker: '李强', finance: '赵敏' },
  },
  surveyor: {
    slug: 'dili',
    nameZh: '大同云冈地理信息有限公司',
    nameEn: 'Datong Yungang Geoinformation Co., Ltd.',
    division: '140200',
    address: '山西省大同市平城区御河西路12号',
    roles: ['vendor', 'buyer'],
    people: { maker: '刘洋', checker: '陈静', finance: '杨磊' },
  },
  buyer: {
    slug: 'nongye',
    nameZh: '晋中丰禾农业科技有限公司',
    nameEn: 'Jinzhong Fenghe Agricultural Technology Co., Ltd.',
    division: '140700',
    address: '山西省晋中市榆次区迎宾街36号',
    roles: ['buyer'],
    people: { maker: '张伟', checker: '孙丽', finance: '周涛' },
  },
  insurer: {
    slug: 'baoxian',
    nameZh: '太原汾河农业保险股份有限公司',
    nameEn: 'Taiyuan Fenhe Agricultural Insurance Co., Ltd.',
    division: '140100',
    address: '山西省太原市迎泽区迎泽大街200号',
    roles: ['buyer'],
    people: { maker: '吴昊', checker: '郑洁', finance: '冯刚' },
  },
  taiyuan: {
    slug: 'taiyuan',
    nameZh: '太原市数据局（演示）',
    nameEn: 'Taiyuan Data Bureau (demo)',
    division: '140100',
    address: '山西省太原市晋源区集阜街1号',
    roles: ['authority'],
    people: { maker: '韩梅', checker: '董宁', finance: '曹颖' },
  },
  datong: {
    slug: 'datong',
    nameZh: '大同市数据局（演示）',
    nameEn: 'Datong Data Bureau (demo)',
    division: '140200',
    address: '山西省大同市平城区兴云街2号',
    roles: ['authority'],
    people: { maker: '丁磊', checker: '魏华', finance: '姜楠' },
  },
  civil: {
    slug: 'minzheng',
    nameZh: '山西省民政厅（演示）',
    nameEn: 'Shanxi Department of Civil Affairs (demo)',
    division: '140000',
    address: '山西省太原市迎泽区桃园北路2号',
    roles: ['institution'],
    people: { maker: '白雪', checker: '高峰', finance: '薛梅' },
  },
  water: {
    slug: 'gongshui',
    nameZh: '太原汾河供水有限公司（演示）',
    nameEn: 'Taiyuan Fenhe Water Supply Co., Ltd. (demo)',
    division: '140100',
    address: '山西省太原市杏花岭区解放路60号',
    roles: ['institution'],
    service: 'water',
    people: { maker: '田野', checker: '罗兰', finance: '程远' },
  },
} as const satisfies Record<string, Role>
