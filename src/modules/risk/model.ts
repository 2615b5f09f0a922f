import { createHash } from 'node:crypto'
import { canonicalJson } from '../../kernel/canonical.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'

/** Risk assessment and review of one data version (domain 5.7; 办法草案 Art 28). */
export const assessmentMachine = defineMachine({
  name: 'assessment',
  initial: 'assessing',
  states: {
    assessing: text('评估中', 'Being assessed'),
    submitted: text('待审核', 'Submitted'),
    reviewing: text('审核中', 'Under review'),
    passed: text('审核通过', 'Passed'),
    conditional: text('附条件通过', 'Passed with conditions'),
    risk_found: text('发现风险', 'Risk found'),
    handling: text('处理中', 'Being handled'),
    feedback: text('已反馈', 'Handling reported'),
    re_reviewing: text('复审中', 'Under second review'),
    withheld: text('不予发布', 'Withheld'),
    stale: text('已失效', 'Stale'),
    expired: text('已到期', 'Expired'),
  },
  moves: {
    submit: { from: ['assessing'], to: 'submitted' },
    declare: { from: ['assessing'], to: 'risk_found' },
    review: { from: ['submitted'], to: 'reviewing' },
    pass: { from: ['reviewing', 're_reviewing'], to: 'passed' },
    condition: { from: ['reviewing', 're_reviewing'], to: 'conditional' },
    find: { from: ['reviewing', 're_reviewing', 'passed', 'conditional'], to: 'risk_found' },
    notify: { from: ['risk_found'], to: 'handling' },
    feedback: { from: ['handling'], to: 'feedback' },
    recheck: { from: ['feedback'], to: 're_reviewing' },
    withhold: { from: ['reviewing', 're_reviewing'], to: 'withheld' },
    lapse: {
      from: ['assessing', 'submitted', 'reviewing', 'passed', 'conditional', 'handling', 'feedback', 're_reviewing'],
      to: 'stale',
    },
    expire: { from: ['passed', 'conditional'], to: 'expired' },
  },
})

export type AssessmentState = keyof typeof assessmentMachine.states
export type AssessmentMove = keyof typeof assessmentMachine.moves

/** States after which the same version is assessed anew. */
export const endedStates: readonly AssessmentState[] = ['stale', 'expired']

/** States in which the platform's reviewers have something to do. */
export const queueStates: readonly AssessmentState[] = ['submitted', 'reviewing', 'feedback', 're_reviewing']

/** Grades from the least to the most grave; where two speak, the higher wins (就高从严). */
export const grades = ['general', 'important', 'core'] as const
export type Grade = (typeof grades)[number]

export const rankOf = (grade: string): number => grades.indexOf(grade as Grade)
export const higherGrade = (a: string, b: string): Grade => (rankOf(a) >= rankOf(b) ? a : b) as Grade

export const severities = ['low', 'medium', 'high'] as const
export type Severity = (typeof severities)[number]
export const severityWords = {
  low: text('低', 'Low'),
  medium: text('中', 'Medium'),
  high: text('高', 'High'),
} as const

/** The legal basis on which personal information is provided (PIPL Art. 13); consent must be separate (Art. 23). */
export const lawfulBases = [
  'consent',
  'contract',
  'statutory-duty',
  'public-health-emergency',
  'news-supervision',
  'disclosed',
  'other-law',
] as const

/** What is asked of a provider that declared a risk itself. */
export const declaredDemand = text(
  '消除该风险（如脱敏、删除有关字段后生成新版本）或说明更正理由',
  'Remove the risk (mask or delete the columns, which makes a new version), or say why there is none',
)

/** What the digest of the rules covers: a pack that changes none of them makes no assessment stale. */
export const rulesDigestOf = (rules: RulePack): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        grades: rules.grades.items,
        grading: { ...rules.grading, source: null },
        harms: rules.lists.prohibitedHarms.items,
        validity: rules.periods.riskAssessmentValidity.months,
      }),
    )
    .digest('hex')

export const notReleased = defineProblem(
  'not-released',
  422,
  text('数据版本未通过分级和风险审核', 'The data version is not released'),
  text(
    '完成定级和风险评估并通过平台审核后再办理（办法草案第二十三条、第二十八条）。',
    'Grade it, assess its risk and have it reviewed first (Art. 23 and 28).',
  ),
)

export const assessorNotIndependent = defineProblem(
  'assessor-not-independent',
  403,
  text('审核人须独立于提供方', 'The reviewer must be independent of the provider'),
  text(
    '请由未参与评估、且不属于提供方机构的审核人员办理。',
    'Ask a reviewer who took no part in the assessment and does not belong to the provider.',
  ),
)
