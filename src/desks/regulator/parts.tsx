import type { ComponentChildren } from 'preact'
import { text } from '../../kernel/text.ts'
import {
  type Clock,
  type FilingState,
  type FindingCode,
  filingMachine,
  findingRules,
} from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Badge, Moment, State, type Tone } from '../../web/parts.tsx'

const tones: Partial<Record<FilingState, Tone>> = {
  draft: 'quiet',
  submitted: 'info',
  filed: 'info',
  filed_checked: 'good',
  correction_ordered: 'warn',
  referred: 'bad',
}

/** The state of a filing. */
export const FilingBadge = ({ state }: { state: string }) => (
  <State machine={filingMachine} state={state as FilingState} tones={tones} />
)

/** Working days left until a check falls due, in words and colour; the day below it. */
export function Clocked({ of }: { of: Clock | null }) {
  const t = useWords()
  if (!of) return <span class="text-secondary">{t(text('无期限', 'No deadline'))}</span>
  const { workingDaysLeft: left, isLate, isProvisional, dueAt } = of
  const late = Math.max(0, -left)
  const words = isLate
    ? late === 0
      ? text('已逾期', 'Late')
      : text(`逾期 ${late} 个工作日`, `${late} working day${late === 1 ? '' : 's'} late`)
    : left === 0
      ? text('今日到期', 'Due today')
      : text(`剩 ${left} 个工作日`, `${left} working day${left === 1 ? '' : 's'} left`)
  return (
    <span class="clocked">
      <Badge tone={isLate ? 'bad' : left <= 3 ? 'warn' : 'quiet'}>{t(words)}</Badge>
      <small class="text-secondary">
        <Moment at={dueAt} isDay />
        {isProvisional && (
          <> {t(text('（暂定：该年节假日未公布）', '(provisional: that year’s holidays are not published)'))}</>
        )}
      </small>
    </span>
  )
}

/** What looks wrong, each rule by its name. */
export function Flags({ of }: { of: readonly FindingCode[] }) {
  const t = useWords()
  if (of.length === 0) return <span class="text-secondary nowrap">{t(text('未发现', 'None'))}</span>
  return (
    <ul class="flags">
      {of.map(code => (
        <li key={code}>
          <Icon name="alert-triangle" /> {t(findingRules[code].title)}
        </li>
      ))}
    </ul>
  )
}

const keys = [
  [['j', '↓'], text('下一份', 'Next filing')],
  [['k', '↑'], text('上一份', 'Previous filing')],
  [['Enter'], text('打开选中的备案（队列）', 'Open the marked filing (queue)')],
  [['x'], text('选择或取消选择（队列）', 'Select or unselect (queue)')],
  [['p'], text('核查通过；在队列中：选择并打开批量通过', 'Pass; in the queue: select and open the bulk pass')],
  [['r'], text('责令补正：打开理由', 'Order a correction: open the reason')],
  [['u'], text('回到队列', 'Back to the queue')],
  [['?'], text('显示或关闭本说明', 'Show or close this help')],
] as const

/** The keys of the queue and of one filing; a door that opens without scripts, where the keys then do not work either. */
export function Keys() {
  const t = useWords()
  return (
    <details class="keys" id="keys">
      <summary class="btn btn-sm">
        <Icon name="keyboard" />
        {t(text('键盘操作（?）', 'Keyboard (?)'))}
      </summary>
      <div class="card card-body keys-body">
        <dl class="facts">
          {keys.map(([which, words]) => (
            <>
              <dt>
                {which.map((key, i) => (
                  <>
                    {i > 0 && ' / '}
                    <kbd>{key}</kbd>
                  </>
                ))}
              </dt>
              <dd>{t(words)}</dd>
            </>
          ))}
        </dl>
        <label class="form-check mb-0" data-keys-switch hidden>
          <input class="form-check-input" type="checkbox" />
          <span class="form-check-label">{t(text('启用单键操作', 'Single keys are on'))}</span>
        </label>
      </div>
    </details>
  )
}

/** Who trades with whom. */
export function Parties({ vendor, buyer }: { vendor: ComponentChildren; buyer: ComponentChildren }) {
  const t = useWords()
  return (
    <span class="parties">
      <span>
        <small class="text-secondary">{t(text('供方', 'Vendor'))}</small> <span>{vendor}</span>
      </span>
      <span>
        <small class="text-secondary">{t(text('需方', 'Buyer'))}</small> <span>{buyer}</span>
      </span>
    </span>
  )
}
