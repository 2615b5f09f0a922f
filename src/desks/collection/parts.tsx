import { type Text, text } from '../../kernel/text.ts'
import {
  answers,
  audiences,
  type Compared,
  type ComparedField,
  type FormFile,
  type FormRow,
  type FormState,
  formMachine,
  type ReportState,
  reportMachine,
  type Standing,
} from '../../modules/collection/index.ts'
import { sharingTypes } from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Facts, Moment, Name, State, type Tone } from '../../web/parts.tsx'
import { Place } from '../operator/parts.tsx'
import { Data } from '../public/parts.tsx'

const formTones: Partial<Record<FormState, Tone>> = { registered: 'good', returned: 'warn' }
const reportTones: Partial<Record<ReportState, Tone>> = { substantiated: 'bad', unsubstantiated: 'quiet' }

export const FormBadge = ({ state }: { state: string }) => (
  <State machine={formMachine} state={state as FormState} tones={formTones} />
)

export const ReportBadge = ({ state }: { state: string }) => (
  <State machine={reportMachine} state={state as ReportState} tones={reportTones} />
)

const standings: Readonly<Record<Standing, readonly [Tone, Text]>> = {
  obtainable: ['bad', text('可共享取得', 'Can be shared')],
  own: ['bad', text('本机构已有', 'You have it')],
  notShared: ['quiet', text('不予共享', 'Not shared')],
  elsewhere: ['quiet', text('其他地区', 'Another place')],
  alike: ['info', text('名称相近', 'Similar name')],
}

/** How a match stands, as a word and a colour. */
export function StandingBadge({ of }: { of: Standing }) {
  const t = useWords()
  const [tone, words] = standings[of]
  return <Badge tone={tone}>{t(words)}</Badge>
}

const sharing = (type: string): Text => sharingTypes[type as keyof typeof sharingTypes] ?? text(type, type)

/** What the catalog has of one field: item, entry, institution, how it is shared, and why it is thought the same. */
export function Matches({ of }: { of: readonly Compared[] }) {
  const t = useWords()
  if (of.length === 0) return <p class="text-secondary mb-0">{t(text('目录中没有', 'Not in the catalog'))}</p>
  return (
    <ul class="plain-list mb-0">
      {of.map(({ match: { item, because }, standing }) => (
        <li key={`${item.entryId}/${item.itemName}`} class="mb-2">
          <span class="row-gap">
            <StandingBadge of={standing} />
            <a href={`/resources/${item.entryId}`}>
              <Name zh={item.entryName} en={item.entryNameEn} />
            </a>
            <span lang="zh-CN" data-words="data">
              {item.itemName}
            </span>
          </span>
          <small class="text-secondary">
            <Name zh={item.institution} en={item.institutionEn} /> · {t(sharing(item.sharingType))} · {t(because)}
          </small>
        </li>
      ))}
    </ul>
  )
}

/** What an institution said of a field. */
export function AnswerWords({ of: { answer, answerReason } }: { of: ComparedField['row'] }) {
  const t = useWords()
  if (answer === null) return null
  return (
    <span class="row-gap">
      <Badge tone={answer === 'dropped' ? 'good' : 'info'}>{t(answers[answer as keyof typeof answers])}</Badge>
      {answerReason && <Data>{answerReason}</Data>}
    </span>
  )
}

/** Fields with what the catalog has of each, and what was answered. */
export function Fields({ of }: { of: readonly ComparedField[] }) {
  const t = useWords()
  return (
    <ul class="plain-list field-rows mb-0">
      {of.map(field => (
        <li key={field.row.id} class="field-row">
          <div class="row-gap mb-1">
            <FieldName of={field.row} />
            {!field.isSettled && <Badge tone="bad">{t(text('待答复', 'To be answered'))}</Badge>}
            <AnswerWords of={field.row} />
          </div>
          <Matches of={field.compared} />
        </li>
      ))}
    </ul>
  )
}

/** A field's name with its column and standard. */
export function FieldName({ of }: { of: { nameZh: string; codeName: string | null; standard: string | null } }) {
  const more = [of.codeName !== of.nameZh && of.codeName, of.standard].filter(Boolean).join(' · ')
  return (
    <span lang="zh-CN" data-words="data">
      <strong>{of.nameZh}</strong>
      {more && <small class="text-secondary d-block">{more}</small>}
    </span>
  )
}

const day = (on: string) => <Moment at={`${on}T12:00:00+08:00`} isDay />

/** What a form is for, on which law, whom and when it asks. */
export function About({ of: form, institution }: { of: FormRow; institution?: FormFile['institution'] }) {
  const t = useWords()
  const { language } = useReader()
  const audience = audiences[form.audience as keyof typeof audiences]
  return (
    <Card title={t(text('采集事项', 'The collection'))}>
      <Facts
        of={[
          form.number !== null && [t(text('登记编号', 'Number')), <code key="number">{form.number}</code>],
          institution !== undefined && [
            t(text('采集机构', 'Institution')),
            <a key="institution" href={`/resources?institution=${institution.id}`}>
              <Name zh={institution.nameZh} en={institution.nameEn} />
            </a>,
          ],
          [t(text('用途', 'Purpose')), <Data key="purpose">{form.purpose}</Data>],
          [t(text('法律依据', 'Legal basis')), <Data key="basis">{form.legalBasis}</Data>],
          [t(text('采集对象', 'Whom it asks')), t(audience)],
          [t(text('采集范围', 'Where')), <Place key="place" code={form.division} />],
          [
            t(text('采集时间', 'When')),
            <span key="when">
              {day(form.startsOn)}
              {form.endsOn ? (
                <>
                  {language === 'en' ? ' to ' : ' 至 '}
                  {day(form.endsOn)}
                </>
              ) : (
                t(text(' 起，长期', ' on, without end'))
              )}
            </span>,
          ],
        ]}
      />
    </Card>
  )
}
