import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  type EntryRow,
  type EntryState,
  type EntryVersionRow,
  formats,
  isLate,
  itemTypes,
  openingTypes,
  placements,
  sensitivities,
  sharingTypes,
} from '../../modules/resources/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Facts, Moment, Table, type Tone } from '../../web/parts.tsx'
import { Data } from '../public/parts.tsx'

export const entryTones: Partial<Record<EntryState, Tone>> = {
  draft: 'quiet',
  submitted: 'info',
  reviewing: 'info',
  returned: 'warn',
  published: 'good',
  withdrawn: 'warn',
}

/** The word of a code in a table of words; the code itself where it has none. */
export const wordOf = (of: object, code: string | null): Text =>
  code === null ? text('未填写', 'Not given') : ((of as Record<string, Text>)[code] ?? text(code, code))

/** The word of a code in a list of the rules. */
export const listWord = (rules: RulePack, list: 'themes' | 'updateFrequencies', code: string | null): Text =>
  code === null
    ? text('未填写', 'Not given')
    : (rules.lists[list].items.find(item => item.code === code)?.name ?? text(code, code))

export const gradeWord = (rules: RulePack, code: string | null): Text =>
  code === null
    ? text('未定级', 'Not graded')
    : (rules.grades.items.find(item => item.code === code)?.name ?? text(code, code))

export const rulesOf = (now: Date): RulePack => rulesAt(now)

/** Until when the next update is due, and whether it is late: the same for everyone. Who provides voluntarily promised it. */
export function DueOn({ of, now, isVoluntary }: { of: Pick<EntryRow, 'dueOn'>; now: Date; isVoluntary?: boolean }) {
  const t = useWords()
  if (of.dueOn === null) return <>{t(text('无固定期限', 'No fixed day'))}</>
  return (
    <span class="row-gap">
      <Moment at={`${of.dueOn}T12:00:00+08:00`} isDay />
      {isLate(of.dueOn, now) &&
        (isVoluntary ? (
          <Badge tone="warn">{t(text('已过承诺日期', 'Past the promised day'))}</Badge>
        ) : (
          <Badge tone="bad">{t(text('更新已逾期', 'Update overdue'))}</Badge>
        ))}
    </span>
  )
}

/** What the day of the next update is called: a duty, or of who provides voluntarily a promise. */
export const dueWords = ({ isVoluntary }: Pick<EntryVersionRow, 'isVoluntary'>): Text =>
  isVoluntary ? text('承诺更新', 'Update promised for') : text('下次更新', 'Next update due')

export const voluntaryWords = text(
  '自愿提供：公共服务企业并无法定提供义务（第二十五条）',
  'Voluntary: a public service enterprise provides it without being mandated (Art. 25)',
)

function Given({ children }: { children: string | null }) {
  const t = useWords()
  return children ? <Data>{children}</Data> : <span class="text-secondary">{t(text('未填写', 'Not given'))}</span>
}

/** The core metadata of an entry. */
export function Metadata({ of, version, now }: { of: EntryRow; version: EntryVersionRow; now: Date }) {
  const t = useWords()
  const rules = rulesOf(now)
  return (
    <Card title={t(text('基本信息', 'Core metadata'))}>
      <Facts
        of={[
          [t(text('目录代码', 'Code')), <code key="code">{of.code}</code>],
          [t(text('摘要', 'Abstract')), <Given key="abstract">{version.abstract}</Given>],
          [t(text('格式', 'Format')), t(wordOf(formats, version.format))],
          [
            t(text('主题', 'Themes')),
            version.themes.map(code => t(listWord(rules, 'themes', code))).join(t(text('、', ', '))),
          ],
          [t(text('数据分级', 'Grade')), t(gradeWord(rules, version.grade))],
          [t(text('更新周期', 'Update cycle')), t(listWord(rules, 'updateFrequencies', version.updateCycle))],
          version.state === 'published' && [
            t(dueWords(version)),
            <DueOn key="due" of={of} now={now} isVoluntary={version.isVoluntary} />,
          ],
          [t(text('上云情况', 'Cloud placement')), t(wordOf(placements, version.placement))],
          [t(text('来源系统', 'System of record')), <Given key="system">{version.systemOfRecord}</Given>],
          version.isVoluntary
            ? [t(text('提供性质', 'Why it is provided')), t(voluntaryWords)]
            : [t(text('职责依据', 'Legal duty')), <Given key="duty">{version.dutyBasis}</Given>],
          [t(text('安全要求', 'Security terms')), <Given key="security">{version.securityTerms}</Given>],
          version.relatedCodes.length > 0 && [t(text('关联资源', 'Related')), version.relatedCodes.join(' ')],
        ]}
      />
    </Card>
  )
}

/** How the resource is shared and opened, each with its basis and conditions. */
export function Access({ version }: { version: EntryVersionRow }) {
  const t = useWords()
  return (
    <Card title={t(text('共享与开放', 'Sharing and opening'))}>
      <Facts
        of={[
          [t(text('共享类型', 'Sharing')), t(wordOf(sharingTypes, version.sharingType))],
          [t(text('共享依据', 'Basis of sharing')), <Given key="s">{version.sharingBasis}</Given>],
          version.sharingCondition !== null && [
            t(text('共享条件', 'Conditions of sharing')),
            <Given key="sc">{version.sharingCondition}</Given>,
          ],
          [t(text('开放类型', 'Opening')), t(wordOf(openingTypes, version.openingType))],
          [t(text('开放依据', 'Basis of opening')), <Given key="o">{version.openingBasis}</Given>],
          version.openingCondition !== null && [
            t(text('开放条件', 'Conditions of opening')),
            <Given key="oc">{version.openingCondition}</Given>,
          ],
        ]}
      />
    </Card>
  )
}

/** The items of an entry. */
export function Items({ version }: { version: EntryVersionRow }) {
  const t = useWords()
  return (
    <Card title={t(text(`信息项（${version.items.length}）`, `Items (${version.items.length})`))}>
      <Table
        caption={t(text('信息项', 'Items'))}
        head={[
          t(text('名称', 'Name')),
          t(text('列名', 'Column')),
          t(text('类型', 'Type')),
          t(text('长度', 'Length')),
          t(text('标准', 'Standard')),
          t(text('敏感程度', 'Sensitivity')),
          t(text('含义', 'Meaning')),
        ]}
        nums={[3]}
        rows={version.items.map(item => [
          <span key="name">
            <Data>{item.nameZh}</Data>
            {item.nameEn && <span class="text-secondary"> {item.nameEn}</span>}
          </span>,
          item.codeName ? <Data key="code">{item.codeName}</Data> : '—',
          t(wordOf(itemTypes, item.type)),
          item.length ?? '—',
          item.standard ? <Data key="standard">{item.standard}</Data> : '—',
          item.sensitivity === 'none' ? (
            t(wordOf(sensitivities, item.sensitivity))
          ) : (
            <Badge key="sensitive" tone="warn">
              {t(wordOf(sensitivities, item.sensitivity))}
            </Badge>
          ),
          item.meaning ? <Data key="meaning">{item.meaning}</Data> : '—',
        ])}
      />
    </Card>
  )
}
