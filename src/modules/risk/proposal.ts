import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import type { DataVersion, SensitiveColumn } from '../data/index.ts'
import { type Grade, higherGrade } from './model.ts'
import type { GradeReason } from './schema.ts'

/** What the rules make of a version before a person decides. */
export interface GradeProposal {
  readonly grade: Grade
  readonly category: string
  readonly reasons: readonly GradeReason[]
}

type Rule = RulePack['grading']['rules'][number]
export type Graded = Pick<DataVersion, 'columns' | 'rows' | 'divisions'>

/** The kinds of values that tell of a person; a code of an organisation does not. */
export const isPersonal = ({ kind }: Pick<SensitiveColumn, 'kind'>): boolean => kind !== 'uscc'

/** How many persons a version speaks of at most, as the most different values of one personal column. */
export const personsIn = (scan: readonly SensitiveColumn[], kinds?: readonly string[]): number =>
  Math.max(
    0,
    ...scan.filter(found => isPersonal(found) && (kinds?.includes(found.kind) ?? true)).map(found => found.distinct),
  )

const decimalsOf = (value: string | null): number => /\.(\d+)$/.exec(value ?? '')?.[1]?.length ?? 0

function matches(rule: Rule, data: Graded, scan: readonly SensitiveColumn[]): boolean {
  const named = rule.names
    ? data.columns.filter(({ name, meaning }) => {
        const pattern = new RegExp(rule.names!, 'i')
        return pattern.test(name) || pattern.test(meaning ?? '')
      })
    : undefined
  if (named?.length === 0) return false
  if (rule.kinds && !scan.some(found => rule.kinds!.includes(found.kind))) return false
  if (rule.minPersons && personsIn(scan, rule.kinds) < rule.minPersons) return false
  if (rule.minRows && (data.rows ?? 0) < rule.minRows) return false
  if (rule.minDivisions && data.divisions.length < rule.minDivisions) return false
  const decimals = Math.max(
    0,
    ...(named ?? data.columns).map(({ example, min, max }) => Math.max(...[example, min, max].map(decimalsOf))),
  )
  return rule.minDecimals === undefined || decimals >= rule.minDecimals
}

/** Proposes grade and category by the rule pack's rules (fields, sensitive kinds, regions, precision, volume). */
export function proposeGrade(data: Graded, scan: readonly SensitiveColumn[], rules: RulePack): GradeProposal {
  const { grading } = rules
  const hit = grading.rules.filter(rule => matches(rule, data, scan))
  const reasons = hit.map(({ code, grade, reason }) => ({ rule: code, grade, reason: text(reason.zh, reason.en) }))
  return {
    grade: hit.reduce<Grade>((grade, rule) => higherGrade(grade, rule.grade), 'general'),
    category: hit.find(rule => rule.category)?.category ?? 'business',
    reasons:
      reasons.length > 0
        ? reasons
        : [
            {
              rule: 'none',
              grade: 'general',
              reason: text(
                '字段、敏感信息、地域、精度和规模均未达到重要数据的识别规则',
                'columns, sensitive values, regions, precision and volume reach none of the rules for important data',
              ),
            },
          ],
  }
}

/** Findings that the exchange does not let through unmasked, whatever consent there is (rule pack). */
export const heldColumns = (scan: readonly SensitiveColumn[], rules: RulePack): readonly SensitiveColumn[] =>
  scan.filter(({ kind }) => rules.grading.heldKinds.includes(kind))
