import { type Text, text } from '../kernel/text.ts'
import { useReader, useWords } from './context.ts'
import { Form, Submit } from './form.tsx'
import { Icon } from './icon.tsx'
import { Moment } from './parts.tsx'

const leaps: readonly (readonly [days: number, words: Text])[] = [
  [1, text('+1 天', '+1 day')],
  [7, text('+7 天', '+7 days')],
  [30, text('+30 天', '+30 days')],
]

/** Things that several roles look at: who changes the role stays there. */
const shared = /^\/(contracts|orders|trades|products)\/[^/?]+/

const switchPath = (path: string): string => {
  const here = shared.exec(path)?.[0]
  return here ? `/sign-in?next=${encodeURIComponent(here)}` : '/sign-in'
}

/** What tells a demo exchange from a real one, and moves its clock. */
export function Demo({ now }: { now: Date | undefined }) {
  const t = useWords()
  const { path } = useReader()
  return (
    <div class="demo">
      <div class="demo-inner">
        <strong>{t(text('演示环境', 'Demo exchange'))}</strong>
        {now && (
          <span>
            <Icon name="clock" /> <Moment at={now} />
          </span>
        )}
        {now && (
          <Form to="POST /demo/clock" class="demo-clock">
            {leaps.map(([days, words]) => (
              <Submit
                key={days}
                tone="plain"
                isSmall
                name="to"
                value={new Date(now.getTime() + days * 86_400_000).toISOString()}
              >
                {t(words)}
              </Submit>
            ))}
          </Form>
        )}
        <a href={switchPath(path)}>{t(text('换一个角色看', 'See it as another role'))}</a>
      </div>
    </div>
  )
}
