import { and, eq, ne, or, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { division, divisionOf } from '../../kernel/division.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { isUscc, usccCheckCharacter } from '../../kernel/uscc.ts'
import { kindWords } from './kinds.ts'
import { type Organization, organizationOf } from './queries.ts'
import { organization } from './schema.ts'

/** Something a verifier looks at, as the machine found it: it hints, people decide. */
export interface OrganizationCheck {
  readonly code: 'uscc' | 'division' | 'kind' | 'institution-kind' | 'name' | 'phone'
  readonly title: Text
  /** `clear`: as it should be · `attention`: look into it · `failed`: cannot be right */
  readonly verdict: 'clear' | 'attention' | 'failed'
  readonly finding: Text
  /** other organisations that it is about */
  readonly others: readonly { readonly id: string; readonly nameZh: string; readonly state: string }[]
}

function checkCode({ uscc }: Organization): OrganizationCheck {
  const isRight = isUscc(uscc)
  const last = uscc.at(-1) ?? ''
  return {
    code: 'uscc',
    title: text('统一社会信用代码校验位', 'Check character of the credit code'),
    verdict: isRight ? 'clear' : 'failed',
    finding: isRight
      ? text(`末位 ${last} 与按 GB 32100 计算的校验字符一致`, `its last character ${last} is the one of GB 32100`)
      : text(
          `末位应为 ${usccCheckCharacter(uscc.slice(0, 17))}，实为 ${last}`,
          `its last character should be ${usccCheckCharacter(uscc.slice(0, 17))} and is ${last}`,
        ),
    others: [],
  }
}

function checkDivision({ uscc, division: own }: Organization): OrganizationCheck {
  const title = text('登记机关与所在地', 'Where it was registered and where it sits')
  const registered = uscc.slice(2, 8)
  const nameOf = (code: string) => divisionOf(code)?.name ?? code
  const [at, sits] = [nameOf(registered), nameOf(own)]
  const isSame = registered.slice(0, 4) === own.slice(0, 4)
  const isNational = registered === '100000'
  if (isNational || isSame)
    return {
      code: 'division',
      title,
      verdict: 'clear',
      finding: isNational
        ? text(`登记机关为国家级；所在地 ${sits}`, `registered nationally; it sits in ${sits}`)
        : text(
            `代码第 3–8 位 ${registered}（${at}）与所在地 ${own}（${sits}）一致`,
            `${registered} (${at}) in its code fits its seat ${own} (${sits})`,
          ),
      others: [],
    }
  return {
    code: 'division',
    title,
    verdict: 'attention',
    finding: text(
      `代码第 3–8 位为 ${registered}（${at}），所在地填写为 ${own}（${division(own)?.name ?? own}）；核对是否迁址`,
      `its code says ${registered} (${at}), it says it sits in ${own} (${sits}); ask whether it moved`,
    ),
    others: [],
  }
}

/** First characters of codes of public bodies (GB 32100: 1 编办 · 9 工商 · 5 民政). */
function checkKind({ uscc, requestedRoles }: Organization): OrganizationCheck {
  const title = text('机构类别与所申请的角色', 'Kind of body and the roles it asks for')
  const isPublicBody = uscc.startsWith('1')
  const asksPublic = requestedRoles.some(role => role === 'authority' || role === 'institution')
  const kind = isPublicBody
    ? text('机关、事业单位', 'a public body')
    : text('企业或社会组织', 'an enterprise or association')
  if (asksPublic && !isPublicBody)
    return {
      code: 'kind',
      title,
      verdict: 'attention',
      finding: text(
        `代码属${kind.zh}，却申请主管部门或公共机构角色；须核对授权文件`,
        `its code is that of ${kind.en}, yet it asks to be an authority or institution: see the document that says so`,
      ),
      others: [],
    }
  return {
    code: 'kind',
    title,
    verdict: 'clear',
    finding: text(`代码属${kind.zh}，与申请的角色不矛盾`, `its code is that of ${kind.en}, which fits the roles`),
    others: [],
  }
}

/** Words in the name of an enterprise that speak for a kind of public service. */
const serviceNames: Readonly<Record<string, RegExp>> = {
  water: /水/,
  power: /电(?!信|讯|影|视|子|商)/,
  gas: /气|燃/,
  telecom: /电信|通信|移动|联通|铁塔|广电/,
  aviation: /航空|机场|民航/,
  rail: /铁路|铁道|轨道/,
  'road-passenger': /客运|公交|运输|汽车/,
}

/** The kind of institution that it says it is (Art 38), beside its code and its name. */
function checkInstitutionKind(row: Organization, now: Date): OrganizationCheck[] {
  if (!row.requestedRoles.includes('institution')) return []
  const words = kindWords(row, rulesAt(now))
  const base = {
    code: 'institution-kind' as const,
    title: text('机构类别（第三十八条）', 'Kind of institution (Art. 38)'),
    others: [],
  }
  if (row.institutionKind === null)
    return [{ ...base, verdict: 'failed', finding: text('尚未填写机构类别', 'it has not said its kind') }]
  if (row.institutionKind === 'publicInstitution')
    return [
      row.uscc.startsWith('1')
        ? { ...base, verdict: 'clear', finding: text(`${words.zh}，与代码一致`, `${words.en}, which fits its code`) }
        : {
            ...base,
            verdict: 'attention',
            finding: text(
              '自述为公共机构，但代码不属机关、事业单位；须核对授权文件',
              'it says it is a public institution, yet its code is not that of a public body: see the document that says so',
            ),
          },
    ]
  const isNamed = serviceNames[row.serviceKind ?? '']?.test(row.nameZh) ?? false
  return [
    {
      ...base,
      verdict: isNamed ? 'clear' : 'attention',
      finding: isNamed
        ? text(`${words.zh}，与名称相符`, `${words.en}, which fits its name`)
        : text(
            `自述为${words.zh}，名称中看不出；对照营业执照的经营范围`,
            `it says: ${words.en}; its name does not show that, so see the scope of its licence`,
          ),
    },
  ]
}

async function checkTwins(rx: Rx, row: Organization): Promise<OrganizationCheck[]> {
  const plainName = sql`regexp_replace(lower(${organization.nameZh}), '[[:space:]（）()·]', '', 'g')`
  const digits = sql`regexp_replace(${organization.contactPhone}, '[^0-9]', '', 'g')`
  const ownDigits = row.contactPhone.replace(/\D/g, '')
  const ownName = row.nameZh.toLowerCase().replace(/[\s（）()·]/g, '')
  const found = await rx.tx
    .select({
      id: organization.id,
      nameZh: organization.nameZh,
      state: organization.state,
      isNamesake: sql<boolean>`${plainName} = ${ownName}`,
    })
    .from(organization)
    .where(and(ne(organization.id, row.id), or(eq(plainName, ownName), eq(digits, ownDigits))))
    .orderBy(organization.createdAt)
    .limit(20)
  const others = (rows: typeof found) => rows.map(({ id, nameZh, state }) => ({ id, nameZh, state }))
  const namesakes = found.filter(each => each.isNamesake)
  const samePhone = found.filter(each => !each.isNamesake)
  return [
    {
      code: 'name',
      title: text('重名', 'Same name'),
      verdict: namesakes.length === 0 ? 'clear' : 'attention',
      finding:
        namesakes.length === 0
          ? text('没有同名机构', 'no other organisation has its name')
          : text(`有 ${namesakes.length} 家同名机构`, `${namesakes.length} other(s) have its name`),
      others: others(namesakes),
    },
    {
      code: 'phone',
      title: text('联系电话', 'Contact phone'),
      verdict: samePhone.length === 0 ? 'clear' : 'attention',
      finding:
        samePhone.length === 0
          ? text('没有其他机构使用该电话', 'no other organisation gives this number')
          : text(`另有 ${samePhone.length} 家机构使用该电话`, `${samePhone.length} other(s) give this number`),
      others: others(samePhone),
    },
  ]
}

/** What speaks for and against an organisation, as far as it can be computed (DSL Art 33). @throws not-found */
export async function checkOrganization(rx: Rx, id: string): Promise<OrganizationCheck[]> {
  const row = await organizationOf(rx, id)
  return [
    checkCode(row),
    checkDivision(row),
    checkKind(row),
    ...checkInstitutionKind(row, rx.now),
    ...(await checkTwins(rx, row)),
  ]
}
