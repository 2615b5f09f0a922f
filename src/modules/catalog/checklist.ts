import type { FieldError } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { kindWords } from '../risk/index.ts'
import type { Facts } from './facts.ts'
import type { Gate } from './gate.ts'
import { type PlanKind, planWords } from './model.ts'
import type { PrecheckReport } from './precheck.ts'
import { suspectNames } from './scan.ts'
import type { ListingRow, PlanRow, VersionRow } from './schema.ts'
import { suspectColumns } from './suspicion.ts'

/** What the machine found: as it should be, to be looked into, against the rules; `open` where only people can judge. */
export type Verdict = 'clear' | 'open' | 'attention' | 'failed'

/** One point of the review: what the reviewer answers for, and what is known about it already. */
export interface ChecklistItem {
  readonly code: ReviewCode
  readonly title: Text
  /** what the reviewer says by ticking it */
  readonly question: Text
  readonly verdict: Verdict
  readonly evidence: readonly Text[]
  readonly findings: readonly FieldError[]
}

/** What the points are judged by. */
export interface ReviewInput {
  readonly version: VersionRow
  readonly plans: readonly PlanRow[]
  readonly listing: ListingRow
  readonly report: PrecheckReport
  /** whether the file with the submitted digest is in the store */
  readonly isFileThere: boolean
  /** how the data stands at the gate, with the provider's assessment */
  readonly gate?: Gate | undefined
  readonly rules: RulePack
}

type Point = Pick<ChecklistItem, 'evidence'> & { readonly isSuspect?: boolean; readonly isFailed?: boolean }

interface Spec {
  readonly title: Text
  readonly question: Text
  /** pointers of the pre-check that belong to it */
  readonly about: RegExp
  readonly look: (input: ReviewInput) => Point
  /** nothing that is computed speaks for it: the reviewer judges */
  readonly isOpen?: true
}

const plain = (value: string) => text(value, value)
const or = (value: string | null, zh: string, en: string): Text => (value ? plain(value) : text(zh, en))
const nameIn = (items: RulePack['lists']['rights']['items'], code: string | null): Text => {
  const found = items.find(item => item.code === code)?.name
  return found ? text(found.zh, found.en) : text('未填写', 'not given')
}
const labelled = (zh: string, en: string, value: Text): Text => text(`${zh}：${value.zh}`, `${en}: ${value.en}`)
const joined = (values: readonly string[]): Text =>
  values.length === 0 ? text('无', 'none') : text(values.join('；'), values.join('; '))
const noFacts: Pick<Facts, 'columns' | 'sample'> = { columns: [], sample: [] }

function lookAtIdentity({ version: { facts, contentHash }, isFileThere }: ReviewInput): Point {
  if (!facts) return { evidence: [text('没有提交时的数据事实', 'no facts of the data were kept')], isFailed: true }
  return {
    evidence: [
      text(
        `${facts.fileName}，${facts.rows} 行 × ${facts.columns.length} 列，${facts.bytes} 字节`,
        `${facts.fileName}, ${facts.rows} rows × ${facts.columns.length} columns, ${facts.bytes} bytes`,
      ),
      text(`文件摘要 SHA-256 ${facts.sha256}`, `SHA-256 of the file ${facts.sha256}`),
      text(`提交内容摘要 ${contentHash ?? '—'}`, `digest of what was submitted ${contentHash ?? '—'}`),
      isFileThere
        ? text('文件在库，摘要与提交时一致', 'the file is in the store under the digest that was submitted')
        : text('库中没有该摘要的文件', 'the store has no file with this digest'),
    ],
    isFailed: !isFileThere,
  }
}

function lookAtDictionary({ version: { facts } }: ReviewInput): Point {
  const { columns } = facts ?? noFacts
  const silent = columns.filter(column => !column.meaning?.trim()).map(column => column.name)
  return {
    evidence: [
      text(
        `${columns.length - silent.length}/${columns.length} 列写明了含义`,
        `${columns.length - silent.length} of ${columns.length} columns say what they mean`,
      ),
      ...(silent.length > 0 ? [labelled('未写明', 'Without a meaning', joined(silent))] : []),
      text(
        `单元格填充率 ${((facts?.completenessPpm ?? 0) / 10_000).toFixed(2)}%`,
        `${((facts?.completenessPpm ?? 0) / 10_000).toFixed(2)}% of the cells hold a value`,
      ),
    ],
  }
}

function lookAtSample({ version: { facts } }: ReviewInput): Point {
  const { sample, columns } = facts ?? noFacts
  const hidden = columns.filter(column => column.isSensitive).map(column => column.name)
  return {
    evidence: [
      text(`公开样例 ${sample.length} 行`, `a public sample of ${sample.length} rows`),
      labelled('对公众隐去的列', 'Columns hidden from the public', joined(hidden)),
    ],
    isSuspect: sample.length === 0,
  }
}

function lookAtPersonal({ version, gate }: ReviewInput): Point {
  const facts = version.facts ?? noFacts
  const byName = suspectNames(facts.columns)
  const byValue = suspectColumns(facts)
  const declared = version.containsPersonalInfo
  const say = ({ name, kind }: { name: string; kind: Text }, zh: string, en: string) =>
    text(`列“${name}”的${zh}像是${kind.zh}`, `the ${en} of column “${name}” looks like ${kind.en}`)
  return {
    evidence: [
      declared
        ? text('供方声明：含个人信息', 'the vendor says that it has personal information')
        : text('供方声明：不含个人信息', 'the vendor says that it has no personal information'),
      ...(declared
        ? [
            labelled('处理依据', 'Legal basis', or(version.personalInfoBasis, '未填写', 'not given')),
            labelled('单独同意证明', 'Evidence of consent', or(version.separateConsentEvidence, '未填写', 'not given')),
          ]
        : []),
      ...scanned(gate),
      ...byName.map(found => say(found, '列名或含义', 'name or meaning')),
      ...byValue.map(found => say(found, '样例值', 'sample')),
      ...(byName.length + byValue.length === 0
        ? [text('列名与样例扫描：未发现疑似个人信息', 'scan of names and sample: nothing that looks personal')]
        : []),
    ],
    isSuspect: declared === true || byName.length + byValue.length > 0,
  }
}

/** What the scan of all values found; the sample is looked at besides. */
const scanned = (gate: Gate | undefined): Text[] =>
  (gate?.file.scan ?? []).map(({ column, kind, count, filled }) =>
    text(
      `“${column}”列 ${filled} 个值中有 ${count} 个${kindWords[kind].zh}`,
      `${count} of ${filled} values in column “${column}” are ${kindWords[kind].en}`,
    ),
  )

/** The ten points of Art 30 as the provider's assessment answers them, each with its evidence. */
function lookAtHarms({ version, rules, gate }: ReviewInput): Point {
  const kept = gate?.file.assessment?.points ?? []
  const say = ({ code, name }: RulePack['lists']['prohibitedHarms']['items'][number]): Text => {
    const point = kept.find(each => each.code === code)
    if (!point) return text(`${name.zh}：待核`, `${name.en}: to be weighed`)
    const [answer, by] = [point.answer === 'yes', point.by === 'facts']
    const proof = [...point.evidence, ...(point.note ? [plain(point.note)] : [])]
    return text(
      `${name.zh}：${answer ? '是' : '否'}（${by ? '据事实' : '提供方答'}）${proof.map(e => e.zh).join('；')}`,
      `${name.en}: ${answer ? 'yes' : 'no'} (${by ? 'by facts' : 'said by the provider'}) ${proof.map(e => e.en).join('; ')}`,
    )
  }
  return {
    evidence: [
      labelled('允许用途', 'Allowed', joined(version.purposesAllowed)),
      labelled('禁止用途', 'Prohibited', joined(version.purposesProhibited)),
      ...rules.lists.prohibitedHarms.items.map(say),
    ],
    isFailed: kept.some(point => point.answer === 'yes'),
  }
}

function lookAtGrade({ version, rules, gate }: ReviewInput): Point {
  const grade = rules.grades.items.find(item => item.code === version.grade)
  return {
    evidence: [
      labelled('供方定级', 'Grade given by the vendor', grade ? text(grade.name.zh, grade.name.en) : plain('—')),
      ...(grade?.needsRiskReview
        ? [labelled('批准文件', 'Approval', or(version.importantDataApproval, '未填写', 'not given'))]
        : []),
      text(`定级依据：${rules.grades.source.zh}`, `Graded by: ${rules.grades.source.en}`),
      ...(gate?.file.proposal.reasons.map(({ reason }) => reason) ?? []),
    ],
    isSuspect: grade?.needsRiskReview ?? true,
    isFailed: grade !== undefined && !grade.isTradable,
  }
}

const specs = {
  source: {
    title: text('来源合法', 'Lawful source'),
    question: text(
      '来源说明具体、可信，与证明材料一致',
      'The statement of source is specific, credible and fits its evidence',
    ),
    isOpen: true,
    about: /^\/(source|isPublicData|registrationCertificateNo)/,
    look: ({ version, rules }) => ({
      evidence: [
        labelled('来源类别', 'Category', nameIn(rules.lists.sourceCategories.items, version.sourceCategory)),
        labelled('来源说明', 'Statement', or(version.sourceStatement, '未填写', 'not given')),
        labelled('来源证明', 'Evidence', or(version.sourceEvidence, '未填写', 'not given')),
      ],
    }),
  },
  rights: {
    title: text('权利清晰', 'Clear rights'),
    question: text('供方有权授予所列权利', 'The vendor may grant the rights that it offers'),
    isOpen: true,
    about: /^\/(rightsKind|termMonths|area|mayResell|isExclusive)/,
    look: ({ version, rules }) => ({
      evidence: [
        labelled('授予', 'Offers', nameIn(rules.lists.rights.items, version.rightsKind)),
        version.termMonths === null
          ? text('未约定期限', 'no term')
          : text(`期限 ${version.termMonths} 个月`, `for ${version.termMonths} months`),
        labelled('地域', 'Area', or(version.area, '未填写', 'not given')),
        version.mayResell ? text('允许转授', 'may be passed on') : text('不得转授', 'may not be passed on'),
        version.isExclusive ? text('独占', 'exclusive') : text('非独占', 'not exclusive'),
      ],
      isSuspect: version.isExclusive || version.mayResell,
    }),
  },
  grade: {
    title: text('分类分级', 'Classification and grade'),
    question: text('定级准确，未低于应定级别', 'The grade is right and not below what it should be'),
    about: /^\/(grade|importantDataApproval|isCrossBorder)/,
    look: lookAtGrade,
  },
  personal: {
    title: text('个人信息', 'Personal information'),
    question: text(
      '是否含个人信息的声明属实；含有的，依据和告知齐备',
      'What it says of personal information is true, with basis and notice where there is some',
    ),
    about: /^\/(containsPersonalInfo|personalInfo|separateConsent)/,
    look: lookAtPersonal,
  },
  security: {
    title: text('不危害安全与他人权益', 'No harm to security or to others'),
    question: text(
      '不危害国家安全、公共安全、经济安全和社会稳定，不泄露秘密，不损害他人合法权益（办法第三十条）',
      'It harms none of the securities, leaks no secret and hurts nobody’s lawful interests (Art 30)',
    ),
    isOpen: true,
    about: /^\/purposes/,
    look: lookAtHarms,
  },
  dictionary: {
    title: text('数据字典', 'Data dictionary'),
    question: text('字段含义、类型、单位说得清楚', 'Columns say clearly what they mean, in which type and unit'),
    about: /^\/columns/,
    look: lookAtDictionary,
  },
  sample: {
    title: text('样例', 'Sample'),
    question: text('样例真实，敏感字段已隐去', 'The sample is genuine and hides what is sensitive'),
    about: /^\/sample/,
    look: lookAtSample,
  },
  description: {
    title: text('名称与描述', 'Name and description'),
    question: text(
      '名称、摘要、行业和主题与数据相符，不夸大',
      'Name, abstract, industry and theme fit the data and promise no more',
    ),
    isOpen: true,
    about: /^\/(name|abstract|type|industry|theme|keywords|updateFrequency)/,
    look: ({ version, rules }) => ({
      evidence: [
        labelled('摘要', 'Abstract', or(version.abstract, '未填写', 'not given')),
        labelled('行业', 'Industry', nameIn(rules.lists.industries.items, version.industry)),
        labelled('主题', 'Theme', nameIn(rules.lists.themes.items, version.theme)),
        labelled('更新频率', 'Updated', nameIn(rules.lists.updateFrequencies.items, version.updateFrequency)),
      ],
    }),
  },
  price: {
    title: text('价格与验收', 'Price and acceptance'),
    question: text('价格方案明确，验收标准可执行', 'The price is clear and the acceptance standard can be applied'),
    about: /^\/(plans|acceptanceStandard|deliveryMode)/,
    look: ({ version, plans }) => ({
      evidence: [
        ...plans.map(plan => {
          const words = planWords({ ...plan, kind: plan.kind as PlanKind })
          return text(`${plan.nameZh}：${words.zh}`, `${plan.nameEn ?? plan.nameZh}: ${words.en}`)
        }),
        labelled('验收标准', 'Acceptance', or(version.acceptanceStandard, '未填写', 'not given')),
      ],
    }),
  },
  identity: {
    title: text('文件一致', 'The file itself'),
    question: text('所审数据文件就是提交的文件', 'The file under review is the one that was submitted'),
    about: /^\/dataVersionId/,
    look: lookAtIdentity,
  },
} as const satisfies Record<string, Spec>

/** Points of a review, in the order in which they are gone through. */
export type ReviewCode = keyof typeof specs
export const reviewCodes = Object.keys(specs) as ReviewCode[]

/** The checklist of a listing with its evidence filled in: what the rules and the data say before anybody looks. */
export const checklistOf = (input: ReviewInput): ChecklistItem[] =>
  reviewCodes.map(code => {
    const spec: Spec = specs[code]
    const { evidence, isSuspect = false, isFailed = false } = spec.look(input)
    const mine = ({ pointer }: FieldError) => spec.about.test(pointer)
    const errors = input.report.errors.filter(mine)
    const warnings = input.report.warnings.filter(mine)
    return {
      code,
      title: spec.title,
      question: spec.question,
      verdict:
        isFailed || errors.length > 0
          ? 'failed'
          : isSuspect || warnings.length > 0
            ? 'attention'
            : spec.isOpen
              ? 'open'
              : 'clear',
      evidence,
      findings: [...errors, ...warnings],
    }
  })

/** The title of a point, for what names it. */
export const titleOf = (code: ReviewCode): Text => specs[code].title
