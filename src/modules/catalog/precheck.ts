import type { FieldError } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import type { DataVersion } from '../data/index.ts'
import { choices, type Findings, finding, lengthOf, needCode, needText } from './findings.ts'
import { checkGate, type Gate } from './gate.ts'
import { isPurchasable, type Plan, type ProductContent, periodMonths, personalInfoBases } from './model.ts'
import { suspectColumns } from './suspicion.ts'

/** All that decides whether a product may be submitted. */
export interface PrecheckInput {
  readonly content: ProductContent
  /** the data version the content names, if it is the vendor's */
  readonly data: DataVersion | undefined
  /** how that version stands at the gate */
  readonly gate?: Gate | undefined
  readonly plans: readonly Plan[]
  readonly rules: RulePack
}

/** What must be corrected before submission, and what a reviewer will look at. */
export interface PrecheckReport {
  readonly errors: readonly FieldError[]
  readonly warnings: readonly FieldError[]
}

function checkDescription({ content, rules }: PrecheckInput, { errors, warnings }: Findings): void {
  if (!/\p{Script=Han}.*\p{Script=Han}/u.test(content.nameZh) || lengthOf(content.nameZh) < 4)
    errors.push(
      finding(
        '/nameZh',
        text(
          '中文名称应至少 4 个字并含有汉字',
          'the Chinese name needs at least 4 characters, Chinese ones among them',
        ),
        text(
          '写明数据的对象、范围和内容，如“太原市空气质量日报”',
          'name object, range and content, as in 太原市空气质量日报',
        ),
      ),
    )
  if (lengthOf(content.nameEn) === 0)
    warnings.push(
      finding(
        '/nameEn',
        text('没有英文名称', 'there is no English name'),
        text('补充英文名称，便于境外需方检索', 'add one, so that buyers who read English find the product'),
      ),
    )
  needText(
    errors,
    '/abstract',
    content.abstract,
    20,
    text('摘要', 'the abstract'),
    text('用 20–2000 字说明数据内容、来源和用途', 'describe content, source and use in 20–2000 characters'),
  )
  needCode(errors, rules, 'productTypes', '/type', content.type, text('产品类型', 'the product type'))
  needCode(errors, rules, 'industries', '/industry', content.industry, text('所属行业', 'the industry'))
  needCode(errors, rules, 'themes', '/theme', content.theme, text('主题', 'the theme'))
  needCode(
    errors,
    rules,
    'updateFrequencies',
    '/updateFrequency',
    content.updateFrequency,
    text('更新频率', 'the update frequency'),
  )
  if (content.keywords.length === 0)
    warnings.push(
      finding(
        '/keywords',
        text('没有关键词', 'there are no keywords'),
        text('补充 1–10 个关键词', 'add 1–10 keywords'),
      ),
    )
}

function checkDelivery({ content, rules }: PrecheckInput, { errors }: Findings): void {
  needCode(errors, rules, 'deliveryModes', '/deliveryMode', content.deliveryMode, text('交付方式', 'the delivery mode'))
  if (content.type === 'api' || content.type === 'service')
    errors.push(
      finding(
        '/type',
        text('接口和服务类产品不能以文件下载交付', 'an API or a service cannot be delivered as a file'),
        text(
          '改选以文件交付的产品类型，如数据集（dataset）',
          'choose a type that is delivered as a file, such as dataset',
        ),
      ),
    )
  else if (content.deliveryMode !== 'download')
    errors.push(
      finding(
        '/deliveryMode',
        text('目前仅支持文件下载交付', 'only delivery by download is open now'),
        text('选择文件下载（download）', 'use download'),
      ),
    )
  needText(
    errors,
    '/acceptanceStandard',
    content.acceptanceStandard,
    6,
    text('验收标准', 'the acceptance standard'),
    text('写明需方据以验收的条件，如行数、字段和完整性', 'say by what the buyer accepts: rows, columns, completeness'),
  )
}

function checkRights({ content, rules }: PrecheckInput, { errors }: Findings): void {
  needCode(errors, rules, 'rights', '/rightsKind', content.rightsKind, text('授予的权利', 'the right offered'))
  if (content.rightsKind !== null && content.rightsKind !== 'holding' && content.termMonths === null)
    errors.push(
      finding(
        '/termMonths',
        text('缺少授权期限', 'the term of the right is missing'),
        text('填写月数，如 12', 'give a number of months, such as 12'),
      ),
    )
  needText(
    errors,
    '/area',
    content.area,
    2,
    text('授权地域', 'the area of the right'),
    text('填写地域，如“中华人民共和国境内”', 'name the area, such as 中华人民共和国境内'),
  )
  if (content.rightsKind === 'use' && content.mayResell)
    errors.push(
      finding(
        '/mayResell',
        text('仅授予使用权时不能允许转授', 'the right to use alone cannot be passed on'),
        text('改为授予经营权，或不允许转授', 'offer the right to operate, or do not allow resale'),
      ),
    )
  const purposes = [
    ['/purposesAllowed', content.purposesAllowed, text('允许的用途', 'a purpose that is allowed')],
    ['/purposesProhibited', content.purposesProhibited, text('禁止的用途', 'a purpose that is prohibited')],
  ] as const
  for (const [pointer, list, what] of purposes)
    if (list.length === 0)
      errors.push(
        finding(
          pointer,
          text(`至少写明一项${what.zh}`, `name at least ${what.en}`),
          text('逐项填写', 'list them one by one'),
        ),
      )
}

function checkSource({ content, rules }: PrecheckInput, { errors, warnings }: Findings): void {
  needCode(
    errors,
    rules,
    'sourceCategories',
    '/sourceCategory',
    content.sourceCategory,
    text('来源类别', 'the source category'),
  )
  const { value: isRequired, source } = rules.listing.isSourceStatementRequired
  needText(
    isRequired ? errors : warnings,
    '/sourceStatement',
    content.sourceStatement,
    10,
    text('数据来源说明', 'the statement of source'),
    text(
      `说明数据从何处、以何种方式、依何种权利取得（依据：${source.zh}）`,
      `say where the data comes from, how and by what right it was obtained (basis: ${source.en})`,
    ),
  )
  const needsEvidence = content.sourceCategory === 'purchased' || content.sourceCategory === 'licensed'
  if (needsEvidence && lengthOf(content.sourceEvidence) === 0)
    errors.push(
      finding(
        '/sourceEvidence',
        text('采购或授权取得的数据须有来源证明', 'purchased or licensed data needs evidence of its source'),
        text('填写合同或授权书的名称、编号和日期', 'give title, number and date of the contract or licence'),
      ),
    )
  if (content.sourceCategory === 'public' && !content.isPublicData)
    errors.push(
      finding(
        '/isPublicData',
        text('来源为公共数据，但未标记为公共数据', 'the source is public data, but the product is not marked as such'),
        text('标记为公共数据（isPublicData 为 true）', 'mark it as public data (isPublicData true)'),
      ),
    )
  if (content.isPublicData && lengthOf(content.registrationCertificateNo) === 0)
    warnings.push(
      finding(
        '/registrationCertificateNo',
        text('公共数据产品未填写登记证书编号', 'public data without the number of its registration certificate'),
        text(
          '已登记的请填写公共数据资源登记编号',
          'give the number of the public data resource registration, if there is one',
        ),
      ),
    )
}

function checkGrade({ content, rules, gate }: PrecheckInput, { errors }: Findings): void {
  const grade = rules.grades.items.find(item => item.code === content.grade)
  const tradable = choices(rules.grades.items.filter(item => item.isTradable).map(item => item.code))
  if (!grade && gate?.release.state !== 'ungraded')
    errors.push(
      finding(
        '/grade',
        content.grade === null
          ? text('缺少数据分级', 'the grade is missing')
          : text('没有这一分级', 'there is no such grade'),
        text(`按分类分级规则定级：${tradable}`, `grade the data by the classification rules: ${tradable}`),
      ),
    )
  else if (grade && !grade.isTradable)
    errors.push(
      finding(
        '/grade',
        text(`${grade.name.zh}不得交易`, `${grade.name.en} is never traded`),
        text(
          `撤回该产品；定级有误的，重新定级（依据：${rules.grades.source.zh}）`,
          `withdraw the product, or grade it again if the grade is wrong (basis: ${rules.grades.source.en})`,
        ),
      ),
    )
  else if (grade?.needsRiskReview && lengthOf(content.importantDataApproval) === 0)
    errors.push(
      finding(
        '/importantDataApproval',
        text(`${grade.name.zh}须经批准方可交易`, `${grade.name.en} is traded only with approval`),
        text('填写批准机关、文号和日期', 'give issuer, number and date of the approval'),
      ),
    )
  if (content.isCrossBorder && grade?.needsRiskReview)
    errors.push(
      finding(
        '/isCrossBorder',
        text(`${grade.name.zh}不在此办理出境`, `${grade.name.en} is not provided abroad here`),
        text('改为不向境外提供（isCrossBorder 为 false）', 'do not provide it abroad (isCrossBorder false)'),
      ),
    )
}

function checkPersonalInfo({ content, data }: PrecheckInput, { errors, warnings }: Findings): void {
  if (content.containsPersonalInfo === null)
    errors.push(
      finding(
        '/containsPersonalInfo',
        text('未说明是否含个人信息', 'it is not said whether there is personal information'),
        text('选择是（true）或否（false）', 'answer yes (true) or no (false)'),
      ),
    )
  if (content.containsPersonalInfo) {
    if (!personalInfoBases.includes(content.personalInfoBasis as never))
      errors.push(
        finding(
          '/personalInfoBasis',
          text('含个人信息但没有处理依据', 'there is personal information without a legal basis'),
          text(
            `选择依据（《个人信息保护法》第十三条）：${choices(personalInfoBases)}`,
            `choose the basis (PIPL Art. 13): ${choices(personalInfoBases)}`,
          ),
        ),
      )
    needText(
      errors,
      '/personalInfoNotice',
      content.personalInfoNotice,
      10,
      text('告知文本', 'the notice to the persons'),
      text('填写告知个人的内容或其出处', 'give the text of the notice, or where it stands'),
    )
    if (content.personalInfoBasis === 'consent' && lengthOf(content.separateConsentEvidence) === 0)
      errors.push(
        finding(
          '/separateConsentEvidence',
          text('以同意为依据的，须有单独同意的证明', 'consent as the basis needs evidence of separate consent'),
          text(
            '填写单独同意记录的名称和保存处（《个人信息保护法》第二十三条）',
            'say which record shows it (PIPL Art. 23)',
          ),
        ),
      )
    return
  }
  for (const { name, kind } of data ? suspectColumns(data) : [])
    warnings.push(
      finding(
        '/containsPersonalInfo',
        text(`列“${name}”的样本像是${kind.zh}`, `the sample of column “${name}” looks like ${kind.en}`),
        text(
          '确属个人信息的，请改为 true 并填写处理依据',
          'if it is personal information, answer true and give the basis',
        ),
      ),
    )
}

const isTelling = (name: string): boolean => /\p{Script=Han}.*\p{Script=Han}/u.test(name)

function checkData({ content, data }: PrecheckInput, { errors, warnings }: Findings): void {
  if (!data?.isConfirmed) {
    const isThere = data !== undefined
    errors.push(
      finding(
        '/dataVersionId',
        isThere
          ? text('数据版本尚未确认', 'the data version is not confirmed yet')
          : content.dataVersionId === null
            ? text('没有选择数据版本', 'no data version is chosen')
            : text('没有这个数据版本', 'there is no such data version'),
        isThere
          ? text('核对读取结果后确认', 'compare what was read and confirm it')
          : text('上传数据文件并选择其版本', 'upload a data file and choose its version'),
      ),
    )
    if (!data) return
  }
  if (data.rows === 0)
    errors.push(
      finding(
        '/dataVersionId',
        text('数据没有任何行', 'the data has no rows'),
        text('上传有内容的数据', 'upload data with rows'),
      ),
    )
  for (const column of data.columns) {
    if (lengthOf(column.meaning ?? null) === 0)
      (isTelling(column.name) ? warnings : errors).push(
        finding(
          `/columns/${column.name.replaceAll('~', '~0').replaceAll('/', '~1')}/meaning`,
          text(`列“${column.name}”没有说明含义`, `the meaning of column “${column.name}” is missing`),
          text('在数据版本的字段说明中补充', 'add it to the dictionary of the data version'),
        ),
      )
  }
}

/** A period that outlasts the grant could never be served. */
function checkPeriods({ plans, content: { termMonths } }: PrecheckInput, { errors }: Findings): void {
  const tooLong = plans.find(({ period }) => period && termMonths !== null && periodMonths[period] > termMonths)
  if (!tooLong) return
  errors.push(
    finding(
      '/plans',
      text('订阅周期长于授权期限', 'a subscription has a period longer than the term of the grant'),
      text('缩短计费周期，或延长授权期限', 'choose a shorter period or a longer term'),
    ),
  )
}

function checkPrice({ plans }: PrecheckInput, { errors }: Findings): void {
  if (isPurchasable(plans)) return
  errors.push(
    finding(
      '/plans',
      plans.length === 0
        ? text('没有价格方案', 'there is no price plan')
        : text('只有试用方案，试用后无法购买', 'there is only a trial, after which nobody can buy'),
      text('添加免费、一次性付费或订阅的价格方案', 'add a plan: free, one-off or subscription'),
    ),
  )
}

const checks = [
  checkDescription,
  checkData,
  checkRights,
  checkSource,
  checkGrade,
  checkPersonalInfo,
  checkDelivery,
  checkPrice,
  checkPeriods,
]

/**
 * The rules of submission (domain 5.1: "pre-check clean"): the same function answers the pre-check and the submission,
 * so that what passes one passes the other. Errors refuse; warnings are shown to the vendor and the reviewer.
 */
export function precheck(input: PrecheckInput): PrecheckReport {
  const found: Findings = { errors: [], warnings: [] }
  for (const check of checks) check(input, found)
  checkGate(input.gate, found)
  return found
}
