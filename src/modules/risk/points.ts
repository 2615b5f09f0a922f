import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { SensitiveColumn, SensitiveKind } from '../data/index.ts'
import type { Organization } from '../identity/index.ts'
import { isPersonal } from './proposal.ts'

/** One of the ten points of Art 30, with what the facts say of it before a person answers. */
export interface Point {
  readonly code: string
  readonly name: Text
  /** null where only a person can answer */
  readonly answer: 'no' | 'yes' | null
  readonly evidence: readonly Text[]
}

/** What the points are answered from. */
export interface PointFacts {
  readonly scan: readonly SensitiveColumn[]
  /** the grade in force; null before one is decided */
  readonly grade: string | null
  readonly sourceCategory: string | null
  readonly provider: Pick<Organization, 'nameZh' | 'nameEn' | 'state'>
  readonly rules: RulePack
}

export const kindWords: Readonly<Record<SensitiveKind, Text>> = {
  'citizen-id': text('公民身份号码', 'citizen identity numbers'),
  uscc: text('统一社会信用代码', 'unified social credit codes'),
  phone: text('手机号码', 'mobile phone numbers'),
  'bank-card': text('银行卡号', 'bank card numbers'),
  'e-mail': text('电子邮箱', 'e-mail addresses'),
  address: text('地址', 'addresses'),
}

const listed = (found: readonly SensitiveColumn[]): Text =>
  text(
    found.map(f => `“${f.column}”列 ${f.count} 个${kindWords[f.kind].zh}`).join('；'),
    found.map(f => `${f.count} ${kindWords[f.kind].en} in column “${f.column}”`).join('; '),
  )

type Answer = Pick<Point, 'answer' | 'evidence'>

function byGrade({ grade, rules }: PointFacts): Answer {
  const item = rules.grades.items.find(each => each.code === grade)
  if (!item) return { answer: null, evidence: [text('尚未定级', 'not graded yet')] }
  const evidence = [
    text(
      `定级为${item.name.zh}（依据：${rules.grades.source.zh}）`,
      `graded as ${item.name.en} (by ${rules.grades.source.en})`,
    ),
  ]
  if (item.code === 'general') return { answer: 'no', evidence }
  return { answer: item.isTradable ? null : 'yes', evidence }
}

function bySource({ sourceCategory, provider, rules }: PointFacts): { isOwn: boolean; evidence: Text[] } {
  const source = rules.lists.sourceCategories.items.find(item => item.code === sourceCategory)
  return {
    isOwn: sourceCategory === 'own' || sourceCategory === 'public',
    evidence: [
      source
        ? text(`来源：${source.name.zh}`, `source: ${source.name.en}`)
        : text('尚未说明来源', 'the source is not said yet'),
      provider.state === 'verified'
        ? text(`提供方“${provider.nameZh}”已核验`, `the provider ${provider.nameEn ?? provider.nameZh} is verified`)
        : text(
            `提供方“${provider.nameZh}”未核验`,
            `the provider ${provider.nameEn ?? provider.nameZh} is not verified`,
          ),
    ],
  }
}

function byPersons({ scan }: PointFacts): Answer {
  const personal = scan.filter(isPersonal)
  return personal.length === 0
    ? {
        answer: 'no',
        evidence: [text('全部数据扫描：未发现个人信息', 'scan of all values: no personal information found')],
      }
    : { answer: null, evidence: [listed(personal)] }
}

function answerOf(code: string, facts: PointFacts): Answer {
  const source = bySource(facts)
  const persons = byPersons(facts)
  switch (code) {
    case 'state-secret': {
      const { evidence } = byGrade(facts)
      return { answer: null, evidence }
    }
    case 'trade-secret': {
      const codes = facts.scan.filter(({ kind }) => kind === 'uscc')
      const found = codes.length > 0 ? [listed(codes)] : []
      return { answer: source.isOwn && codes.length === 0 ? 'no' : null, evidence: [...source.evidence, ...found] }
    }
    case 'privacy':
      return persons
    case 'others-rights':
      return {
        answer: source.isOwn && persons.answer === 'no' ? 'no' : null,
        evidence: [...source.evidence, ...persons.evidence],
      }
    default:
      return byGrade(facts)
  }
}

/** The ten points of Art 30 with what scan, grade, parties and source answer already. */
export const pointsOf = (facts: PointFacts): Point[] =>
  facts.rules.lists.prohibitedHarms.items.map(({ code, name }) => ({
    code,
    name: text(name.zh, name.en),
    ...answerOf(code, facts),
  }))
