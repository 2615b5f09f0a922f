import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { divisionOf, divisionsUnder } from '../../kernel/division.ts'
import { type Text, text } from '../../kernel/text.ts'
import { audiences, type FormRow } from '../../modules/collection/index.ts'
import { listDataVersions } from '../../modules/data/index.ts'
import { organizationOf } from '../../modules/identity/index.ts'
import { Field } from '../../web/form.tsx'

/** What a form may choose from: places in the institution's division, its data files, today. */
export interface Choices {
  readonly places: readonly (readonly [string, Text])[]
  readonly files: readonly { id: string; fileName: string }[]
  readonly today: string
}

/** What the forms of an institution may choose from. */
export async function choicesOf(rx: Rx, organizationId: string): Promise<Choices> {
  const { division: seat } = await organizationOf(rx, organizationId)
  const here = divisionOf(seat)
  const places = [...(here ? [here] : []), ...divisionsUnder(seat)]
  const { items } = await listDataVersions(rx, { limit: 50 })
  return {
    places: places.map(each => [each.code, text(each.name, each.nameEn ?? each.name)] as const),
    files: items.filter(row => ['ready', 'confirmed'].includes(row.state)),
    today: dayOf(rx.now),
  }
}

/** What a planned collection is for, on which law, whom, where and when it asks. */
export function Basics({ of, choices }: { of?: FormRow; choices: Choices }) {
  return (
    <>
      <Field name="title" label={text('表单名称', 'Title of the form')} value={of?.title} isRequired maxLength={120} />
      <Field
        name="purpose"
        label={text('用途', 'Purpose')}
        kind="area"
        rows={2}
        value={of?.purpose}
        isRequired
        maxLength={1000}
        hint={text('收集后用来办什么事', 'What is done with what is collected')}
      />
      <Field
        name="legalBasis"
        label={text('法律依据', 'Legal basis')}
        value={of?.legalBasis}
        isRequired
        maxLength={500}
        hint={text('法律、法规名称和条款', 'The law or regulation and its article')}
      />
      <Field
        name="audience"
        label={text('采集对象', 'Whom it asks')}
        kind="select"
        value={of?.audience ?? 'citizens'}
        options={Object.entries(audiences)}
        isRequired
      />
      <Field
        name="division"
        label={text('采集范围', 'Where')}
        kind="select"
        value={of?.division ?? choices.places[0]?.[0]}
        options={choices.places}
      />
      <Field name="startsOn" label={text('开始日期', 'First day')} kind="date" value={of?.startsOn ?? choices.today} />
      <Field
        name="endsOn"
        label={text('结束日期', 'Last day')}
        kind="date"
        value={of?.endsOn}
        hint={text('长期采集的留空', 'Leave it empty where it has no end')}
      />
    </>
  )
}

export const fieldsHint = text(
  '每行一个字段；知道列名和标准的，用“|”分开，如：公民身份号码 | id_no | GB 11643',
  'One field a line; column and standard, where known, after a bar: 公民身份号码 | id_no | GB 11643',
)
