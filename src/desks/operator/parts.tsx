import type { ComponentChildren, ComponentProps } from 'preact'
import { division } from '../../kernel/division.ts'
import { encodeCursor } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Empty, Moment, Pager, Table, Tabs, type Tone, withQuery } from '../../web/parts.tsx'

/** The way back to the desk. */
export const deskTrail = (...rest: (readonly [string, Text])[]): (readonly [string, Text])[] => [
  ['/operator', text('运营工作台', 'Operator desk')],
  ...rest,
]

/** How long ago, in the largest unit that says something: minutes, hours, days. */
export function ageOf(since: Date, now: Date): Text {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000))
  if (minutes < 60) return text(`${minutes} 分钟`, minutes === 1 ? '1 minute' : `${minutes} minutes`)
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return text(`${hours} 小时`, hours === 1 ? '1 hour' : `${hours} hours`)
  const days = Math.floor(hours / 24)
  return text(`${days} 天`, `${days} days`)
}

/** A deadline: when, and whether it has passed. `isProvisional`: holidays of that year are not published yet. */
export function Due({ at, now, isProvisional }: { at: Date | null; now: Date; isProvisional?: boolean }) {
  const t = useWords()
  if (at === null) return <>—</>
  return (
    <span class="row-gap">
      <Moment at={at} isDay />
      {at < now && <Badge tone="bad">{t(text('已逾期', 'Overdue'))}</Badge>}
      {isProvisional && <Badge>{t(text('暂定', 'Provisional'))}</Badge>}
    </span>
  )
}

const verdicts: Readonly<Record<string, readonly [Tone, Text]>> = {
  clear: ['good', text('正常', 'Clear')],
  open: ['info', text('由人判断', 'Yours to judge')],
  attention: ['warn', text('需留意', 'Look into it')],
  failed: ['bad', text('不符', 'Against the rules')],
}

/** What the machine found, as a word and a colour. */
export function Verdict({ of }: { of: string }) {
  const t = useWords()
  const [tone, words] = verdicts[of] ?? (['quiet', text(of, of)] as const)
  return <Badge tone={tone}>{t(words)}</Badge>
}

/** A division by name, with its code on hover. */
export function Place({ code }: { code: string }) {
  const { language } = useReader()
  const found = division(code)
  const name = language === 'en' ? (found?.nameEn ?? found?.name) : found?.name
  return <span title={code}>{name ?? code}</span>
}

export interface StateTab {
  readonly state: string
  readonly words: Text
  readonly count?: number | undefined
}

/** The states of a list as tabs; the present one is in the query. */
export function StateTabs({ of, at, name = 'state' }: { of: readonly StateTab[]; at: string; name?: string }) {
  const t = useWords()
  const { path } = useReader()
  return (
    <Tabs
      of={of.map(({ state, words, count }) => ({
        href: withQuery(path, { [name]: state }),
        words: t(words),
        ...(count !== undefined && { count }),
        isHere: state === at,
      }))}
    />
  )
}

/** A column of a list: its head, a cell for each row, and whether it holds numbers. */
export type Column<R> = readonly [head: Text, cell: (row: R) => ComponentChildren, isNumber?: boolean]

/** A list by states, a page of it: tabs, rows or what an empty one says, and the way on. */
export function StateList<R>({
  tabs,
  at,
  of,
  empty,
  columns,
  caption,
}: {
  tabs: readonly StateTab[]
  at: string
  of: { readonly items: readonly R[]; readonly next: string | null }
  empty: { readonly title: Text; readonly icon: string; readonly words?: Text | undefined }
  columns: readonly Column<R>[]
  caption?: Text
}) {
  const t = useWords()
  return (
    <>
      <StateTabs of={tabs} at={at} />
      {of.items.length === 0 ? (
        <Empty title={t(empty.title)} icon={empty.icon}>
          {empty.words && t(empty.words)}
        </Empty>
      ) : (
        <Table
          {...(caption && { caption: t(caption) })}
          head={columns.map(([head]) => t(head))}
          nums={columns.flatMap(([, , isNumber], i) => (isNumber ? [i] : []))}
          rows={of.items.map(row => columns.map(([, cell]) => cell(row)))}
        />
      )}
      <Pager next={of.next} />
    </>
  )
}

/** A form of one reason, with common ones to choose from. */
export function ReasonForm({
  to,
  then,
  label = text('理由', 'Reason'),
  hint,
  templates = [],
  button,
  tone = 'danger',
  name = 'reason',
  children,
}: {
  to: string
  then?: string
  label?: Text
  hint?: Text
  templates?: readonly Text[]
  button: Text
  tone?: 'danger' | 'plain' | 'primary'
  name?: string
  children?: ComponentChildren
}) {
  const t = useWords()
  return (
    <Form to={to} {...(then && { then })}>
      {children}
      <Field
        name={name}
        label={label}
        {...(hint && { hint })}
        isRequired
        maxLength={1000}
        suggestions={templates.map(t)}
        autocomplete="off"
      />
      <Submit tone={tone}>{t(button)}</Submit>
    </Form>
  )
}

/** Why somebody cannot do what stands there: it takes another person. */
export function Another({ children }: { children: ComponentChildren }) {
  return <p class="text-secondary mb-0">{children}</p>
}

const pageSize = 20

/** A page of rows of a list by falling id, which came with one more than it shows. */
export const cutPage = <R extends { id: string }>(rows: readonly R[]): { items: R[]; next: string | null } => ({
  items: rows.slice(0, pageSize),
  next: rows.length > pageSize ? encodeCursor([rows[pageSize - 1]!.id]) : null,
})

/** A closed door before a form that cannot be undone; it stands open when the form was refused. */
export function Door({ to, ...rest }: Omit<ComponentProps<typeof Confirm>, 'isOpen'> & { to: string }) {
  const { form } = useReader()
  return <Confirm {...rest} isOpen={form?.to === to} />
}
