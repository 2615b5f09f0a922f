import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  type AssessmentState,
  assessmentMachine,
  declaredDemand,
  kindWords,
  type lawfulBases,
  type Release,
  type ReleaseState,
  type RiskFile,
  releaseWords,
  severityWords,
} from '../../modules/risk/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Notice, State, Table, type Tone } from '../../web/parts.tsx'

/** A version at the gate, as pages show it. */
export interface GateView {
  readonly file: RiskFile
  readonly release: Release
  readonly now: Date
}

const releaseTones: Readonly<Record<ReleaseState, Tone>> = {
  ungraded: 'warn',
  unassessed: 'warn',
  reviewing: 'info',
  handling: 'bad',
  released: 'good',
  suspended: 'bad',
  withheld: 'bad',
  stale: 'warn',
}

/** How a version stands at the gate: word and colour. */
export function GateState({ of }: { of: Release }) {
  const t = useWords()
  return <Badge tone={releaseTones[of.state]}>{t(releaseWords[of.state])}</Badge>
}

const tones: Partial<Record<AssessmentState, Tone>> = {
  passed: 'good',
  conditional: 'good',
  risk_found: 'bad',
  handling: 'bad',
  withheld: 'bad',
  stale: 'warn',
  expired: 'warn',
}

export const AssessmentBadge = ({ state }: { state: string }) => (
  <State machine={assessmentMachine} state={state as AssessmentState} tones={tones} />
)

export const basisWords: Readonly<Record<(typeof lawfulBases)[number], Text>> = {
  consent: text('取得个人单独同意', 'Separate consent'),
  contract: text('订立、履行合同所必需', 'Needed for a contract with the person'),
  'statutory-duty': text('履行法定职责或法定义务', 'Statutory duty'),
  'public-health-emergency': text('应对突发公共卫生事件', 'Public health emergency'),
  'news-supervision': text('新闻报道、舆论监督', 'News reporting'),
  disclosed: text('个人自行公开或合法公开', 'Lawfully disclosed'),
  'other-law': text('法律、行政法规规定的其他情形', 'Other cases set by law'),
}

const severityTones: Readonly<Record<string, Tone>> = { low: 'info', medium: 'warn', high: 'bad' }

export function Severity({ of }: { of: string }) {
  const t = useWords()
  return <Badge tone={severityTones[of] ?? 'quiet'}>{t(severityWords[of as keyof typeof severityWords])}</Badge>
}

/** What the scan found: counts, shares and masked samples, never the values. */
export function Scan({ of: { file } }: { of: GateView }) {
  const t = useWords()
  const { scan } = file
  const title = t(text('扫描发现', 'What the scan found'))
  if (scan === null)
    return (
      <Card title={title}>
        <p class="mb-0">{t(text('该版本尚未扫描敏感数据。', 'This version was not scanned yet.'))}</p>
      </Card>
    )
  return (
    <Card title={title}>
      {scan.length === 0 ? (
        <Empty title={t(text('未发现敏感数据', 'No sensitive values'))} icon="shield-check">
          {t(
            text(
              '全部数据已扫描：公民身份号码、统一社会信用代码、手机号、银行卡号、邮箱、地址。',
              'All values were looked at: citizen numbers, organisation codes, phones, bank cards, e-mail, addresses.',
            ),
          )}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('列', 'Column')),
            t(text('类别', 'Kind')),
            t(text('个数', 'Count')),
            t(text('占非空值', 'Share')),
            t(text('脱敏样例', 'Masked samples')),
          ]}
          nums={[2, 3]}
          rows={scan.map(found => [
            <strong data-words="data">{found.column}</strong>,
            t(kindWords[found.kind]),
            <Count of={found.count} />,
            `${(found.sharePpm / 10_000).toFixed(2)}%`,
            <code>{found.samples.join('  ')}</code>,
          ])}
        />
      )}
    </Card>
  )
}

/** The grade's word under the rules in force. */
export const gradeText = (code: string, now: Date): Text => {
  const name = rulesAt(now).grades.items.find(item => item.code === code)?.name
  return name ? text(name.zh, name.en) : text(code, code)
}

/** The ten points as they stand: the kept answers, else what the facts say. */
export function Points({ of: { file } }: { of: GateView }) {
  const t = useWords()
  const kept = file.assessment?.points ?? []
  const rows = file.points.map(point => {
    const answered = kept.find(each => each.code === point.code)
    return { name: point.name, ...(answered ?? { ...point, by: 'facts', note: null }) }
  })
  return (
    <div class="stack">
      {rows.map(({ name, answer, by, evidence, note }) => (
        <section key={name.en}>
          <h3 class="row-gap h4 mb-1">
            {t(name)}
            {answer === null ? (
              <Badge>{t(text('待答', 'Open'))}</Badge>
            ) : (
              <Badge tone={answer === 'yes' ? 'bad' : 'good'}>
                {answer === 'yes' ? t(text('是', 'Yes')) : t(text('否', 'No'))}
              </Badge>
            )}
            {answer !== null && (
              <Badge>{by === 'facts' ? t(text('据事实', 'By facts')) : t(text('提供方答', 'By the provider'))}</Badge>
            )}
          </h3>
          {evidence.map(each => (
            <p key={each.en} class="text-break text-secondary mb-0">
              {t(each)}
            </p>
          ))}
          {note && <p class="text-break mb-0">{note}</p>}
        </section>
      ))}
    </div>
  )
}

/** Risks that were found, with what was asked for and what was done. */
export function Findings({ of: { file } }: { of: GateView }) {
  const t = useWords()
  if (file.findings.length === 0) return null
  return (
    <Card title={t(text('发现的风险', 'Risks found'))}>
      <ol class="course">
        {file.findings.map(each => (
          <li key={each.id}>
            <p class="course-what row-gap">
              <Severity of={each.severity} /> {each.message}
            </p>
            <p class="course-when">
              <Moment at={each.foundAt} />
              {each.closedAt && ` · ${t(text('已关闭', 'closed'))}`}
            </p>
            <p class="course-why">
              {t(text('要求：', 'Asked for: '))}
              {t(each.foundBy === null ? declaredDemand : text(each.demand, each.demand))}
            </p>
            {each.handling && (
              <p class="course-why">
                {t(text('处理：', 'Handled: '))}
                {each.handling}
                {each.evidence && ` (${each.evidence})`}
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  )
}

/** Why the gate is closed, and since masked values hold it, what to mask. */
export function GateNotice({ of: { file, release } }: { of: GateView }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <>
      {file.held.length > 0 && (
        <Notice tone="bad" title={t(text('须先脱敏', 'To be masked first'))}>
          {file.held.map(({ column, kind, count }) => (
            <p key={column + kind} class="mb-0">
              {t(
                text(
                  `“${column}”列含 ${count} 个${kindWords[kind].zh}。对该列脱敏生成新版本后，评估新版本。`,
                  `Column “${column}” holds ${count} ${kindWords[kind].en}. Mask it, which makes a new version, and assess that.`,
                ),
              )}
            </p>
          ))}
          {can('data-version.read') && (
            <p class="mb-0">
              <a href={`/data-versions/${file.data.id}/mask`}>{t(text('对列脱敏', 'Mask columns'))}</a>
            </p>
          )}
        </Notice>
      )}
      {release.state === 'released' ? (
        <Notice tone="good" title={t(text('已放行', 'Released'))}>
          {t(text('该版本可以挂牌、订立合同和交付。', 'This version may be listed, contracted and delivered.'))}
          {release.source === 'taken-over' && (
            <p class="mb-0">
              {t(
                text(
                  '放行沿用启用风险审核前的挂牌审核，未经过风险审核；到期前须定级和评估。',
                  'It is taken over from the listing review of the time before risk reviews; none was held. Grade and assess it before it ends.',
                ),
              )}
            </p>
          )}
          {file.assessment?.conditions && (
            <p class="mb-0">
              {t(text('条件：', 'Conditions: '))}
              {file.assessment.conditions}
            </p>
          )}
        </Notice>
      ) : (
        <Notice tone={release.state === 'reviewing' ? 'info' : 'warn'} title={t(releaseWords[release.state])}>
          {release.reason && t(release.reason)}
        </Notice>
      )}
    </>
  )
}
