import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type ProductContent, personalInfoBases } from '../../modules/catalog/index.ts'
import type { FieldProps } from '../../web/form.tsx'
import { choicesOf } from './words.ts'

type Content = keyof ProductContent

/** One question of the editor. */
export interface Asked {
  readonly field: Content
  readonly label: Text
  readonly hint?: Text
  readonly kind?: FieldProps['kind']
  /** how a person writes it, after the tilde of a form's field */
  readonly writing?: 'rows' | 'lines'
  readonly options?: (rules: RulePack) => NonNullable<FieldProps['options']>
  readonly rows?: number
  readonly maxLength?: number
  readonly min?: number
  readonly max?: number
  /** shown only while another answer calls for it: a class of the style sheet */
  readonly when?: 'personal' | 'consent' | 'important' | 'public' | 'bought'
  readonly suggestions?: readonly string[]
}

/** A short group of questions: what no machine can know. */
export interface Section {
  readonly id: string
  readonly title: Text
  readonly lead?: Text
  readonly fields: readonly Asked[]
}

export const basisWords: Readonly<Record<(typeof personalInfoBases)[number], Text>> = {
  consent: text('个人同意', 'Consent of the person'),
  contract: text('订立、履行合同或人力资源管理所必需', 'Needed for a contract or for managing staff'),
  'statutory-duty': text('履行法定职责或法定义务所必需', 'Needed for a statutory duty'),
  'public-health-emergency': text('应对突发公共卫生事件等紧急情况', 'A public health or other emergency'),
  'news-supervision': text('新闻报道、舆论监督', 'News and supervision by public opinion'),
  disclosed: text('已合法公开的个人信息', 'Information lawfully made public'),
  'other-law': text('法律、行政法规规定的其他情形', 'Other cases of laws and regulations'),
}

const yesNo = [
  ['true', text('是', 'Yes')],
  ['false', text('否', 'No')],
] as const

const description: Section = {
  id: 'description',
  title: text('名称与描述', 'Name and description'),
  fields: [
    {
      field: 'nameZh',
      label: text('中文名称', 'Chinese name'),
      maxLength: 120,
      hint: text(
        '写明对象、范围和内容，如“太原市空气质量日报数据（2023–2025）”',
        'Name object, range and content, as in 太原市空气质量日报数据（2023–2025）',
      ),
    },
    { field: 'nameEn', label: text('英文名称（可选）', 'English name (optional)'), maxLength: 200 },
    {
      field: 'abstract',
      label: text('摘要', 'Abstract'),
      kind: 'area',
      rows: 4,
      maxLength: 2000,
      hint: text('20–2000 字：内容、来源和用途', '20–2000 characters: content, source and use'),
    },
    {
      field: 'type',
      label: text('产品类型', 'Type'),
      kind: 'select',
      options: rules => choicesOf(rules, 'productTypes').filter(([code]) => code !== 'api' && code !== 'service'),
    },
    {
      field: 'industry',
      label: text('所属行业（GB/T 4754）', 'Industry (GB/T 4754)'),
      kind: 'select',
      options: rules =>
        choicesOf(rules, 'industries').map(([code, words]) => [
          code,
          text(`${code} ${words.zh}`, `${code} ${words.en}`),
        ]),
    },
    { field: 'theme', label: text('主题', 'Theme'), kind: 'select', options: rules => choicesOf(rules, 'themes') },
    {
      field: 'keywords',
      label: text('关键词', 'Keywords'),
      writing: 'lines',
      hint: text('1–10 个，用顿号、逗号或换行分开', '1–10, separated by commas'),
    },
    {
      field: 'updateFrequency',
      label: text('更新频率', 'Update frequency'),
      kind: 'select',
      options: rules => choicesOf(rules, 'updateFrequencies'),
    },
  ],
}

const rights: Section = {
  id: 'rights',
  title: text('授予的权利与用途', 'Rights and purposes'),
  lead: text(
    '需方购买后可以做什么、不可以做什么，会原样写进合同。',
    'What a buyer may and may not do; it goes into the contract as it stands.',
  ),
  fields: [
    {
      field: 'rightsKind',
      label: text('授予的权利', 'Right offered'),
      kind: 'radios',
      options: rules => {
        const hints: Readonly<Record<string, Text>> = {
          holding: text('需方取得并持有数据', 'The buyer holds the data'),
          use: text('需方自用，不得对外提供', 'The buyer uses the data itself'),
          operating: text('需方可对外经营、提供', 'The buyer may do business with the data'),
        }
        return choicesOf(rules, 'rights').map(([code, words]) => {
          const hint = hints[code]
          return hint ? ([code, words, hint] as const) : ([code, words] as const)
        })
      },
    },
    {
      field: 'termMonths',
      label: text('授权期限（月）', 'Term in months'),
      kind: 'number',
      min: 1,
      max: 1200,
      hint: text('持有权可不填', 'May be left out for the right to hold'),
    },
    {
      field: 'area',
      label: text('授权地域', 'Area'),
      maxLength: 200,
      suggestions: ['中华人民共和国境内', '山西省内'],
    },
    { field: 'isExclusive', label: text('独占授权', 'Exclusive'), kind: 'check' },
    {
      field: 'mayResell',
      label: text('允许转授', 'May be passed on'),
      kind: 'check',
      hint: text('仅授予使用权时不能允许', 'Not with the right to use alone'),
    },
    {
      field: 'purposesAllowed',
      label: text('允许的用途', 'Purposes allowed'),
      kind: 'area',
      writing: 'rows',
      rows: 3,
      hint: text('每行一项；需方签约时从中选择', 'One a line; the buyer chooses among them'),
    },
    {
      field: 'purposesProhibited',
      label: text('禁止的用途', 'Purposes prohibited'),
      kind: 'area',
      writing: 'rows',
      rows: 3,
      hint: text('每行一项', 'One a line'),
    },
  ],
}

const source: Section = {
  id: 'source',
  title: text('数据来源', 'Source'),
  lead: text(
    '依据《数据安全法》第三十三条，提供方须说明数据来源；没有来源说明不能挂牌。',
    'By Art. 33 of the Data Security Law the provider states the source; nothing is listed without it.',
  ),
  fields: [
    {
      field: 'sourceCategory',
      label: text('来源类别', 'Category'),
      kind: 'radios',
      options: rules => choicesOf(rules, 'sourceCategories'),
    },
    {
      field: 'sourceStatement',
      label: text('来源说明', 'Statement of source'),
      kind: 'area',
      rows: 4,
      maxLength: 2000,
      hint: text('从何处、以何种方式、依何种权利取得', 'Where from, how, and by what right'),
    },
    {
      field: 'sourceEvidence',
      label: text('来源证明', 'Evidence of the source'),
      kind: 'area',
      rows: 2,
      maxLength: 1000,
      when: 'bought',
      hint: text(
        '合同或授权书的名称、编号和日期；采购或授权取得的必填',
        'Title, number and date of the contract or licence',
      ),
    },
    { field: 'isPublicData', label: text('属于公共数据', 'Public data'), kind: 'check' },
    {
      field: 'registrationCertificateNo',
      label: text('公共数据资源登记编号（如有）', 'Number of its registration as public data, if any'),
      maxLength: 60,
      when: 'public',
    },
  ],
}

const grade: Section = {
  id: 'grade',
  title: text('分级与个人信息', 'Grade and personal information'),
  fields: [
    {
      field: 'grade',
      label: text('数据分级（GB/T 43697）', 'Grade (GB/T 43697)'),
      kind: 'radios',
      options: rules =>
        rules.grades.items.map(item => {
          const words = text(item.name.zh, item.name.en)
          if (!item.isTradable) return [item.code, words, text('不得交易', 'Never traded')] as const
          return item.needsRiskReview
            ? ([item.code, words, text('须经批准方可交易', 'Traded only with approval')] as const)
            : ([item.code, words] as const)
        }),
    },
    {
      field: 'importantDataApproval',
      label: text('批准文件', 'Approval'),
      maxLength: 500,
      when: 'important',
      hint: text('批准机关、文号和日期', 'Issuer, number and date'),
    },
    {
      field: 'containsPersonalInfo',
      label: text('是否含有个人信息', 'Is there personal information in it?'),
      kind: 'radios',
      options: () => yesNo,
    },
    {
      field: 'personalInfoBasis',
      label: text('处理依据（《个人信息保护法》第十三条）', 'Legal basis (PIPL Art. 13)'),
      kind: 'select',
      when: 'personal',
      options: () => personalInfoBases.map(code => [code, basisWords[code]] as const),
    },
    {
      field: 'personalInfoNotice',
      label: text('告知文本或其出处', 'The notice to the persons, or where it stands'),
      kind: 'area',
      rows: 3,
      maxLength: 2000,
      when: 'personal',
    },
    {
      field: 'separateConsentEvidence',
      label: text('单独同意的证明', 'Evidence of separate consent'),
      maxLength: 1000,
      when: 'personal',
      hint: text('依据为个人同意时必填（第二十三条）', 'Needed where consent is the basis (Art. 23)'),
    },
    { field: 'isCrossBorder', label: text('涉及向境外提供', 'Is provided abroad'), kind: 'check' },
  ],
}

const delivery: Section = {
  id: 'delivery',
  title: text('验收与质量', 'Acceptance and quality'),
  lead: text('以文件下载交付。', 'Delivered as a file to download.'),
  fields: [
    {
      field: 'acceptanceStandard',
      label: text('验收标准', 'Acceptance standard'),
      kind: 'area',
      rows: 3,
      maxLength: 1000,
      hint: text(
        '需方据此验收；初始内容按文件的实际读取结果填写',
        'By what the buyer accepts; begun from what was read',
      ),
    },
    {
      field: 'isSilenceAcceptance',
      label: text('验收期届满未提出异议的', 'When the period ends in silence'),
      kind: 'select',
      options: () => [
        ['true', text('视为验收合格', 'It counts as acceptance')],
        ['false', text('须由需方明示验收', 'The buyer must accept expressly')],
      ],
      hint: text('不选则按现行规则', 'By the rules in force unless chosen'),
    },
    {
      field: 'qualityNote',
      label: text('质量说明（可选）', 'Note on quality (optional)'),
      kind: 'area',
      rows: 2,
      maxLength: 1000,
    },
  ],
}

/** The sections of the editor that are answered in one form, in their order. */
export const sections: readonly Section[] = [description, rights, source, grade, delivery]

/** The fields that a compliance opinion has, if there is one. */
export const opinionFields = ['issuer', 'issuedOn', 'sha256'] as const

/** The section to which a finding of the pre-check belongs. */
export function sectionOf(pointer: string): string {
  const field = pointer.split('/')[1] ?? ''
  if (field === 'dataVersionId' || field === 'columns') return 'data'
  if (field === 'plans') return 'price'
  const found = sections.find(section => section.fields.some(asked => asked.field === field))
  return found?.id ?? 'delivery'
}
