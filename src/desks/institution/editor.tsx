import { Fragment } from 'preact'
import { type Text, text } from '../../kernel/text.ts'
import {
  type EntryVersionRow,
  formats,
  itemTypes,
  openingTypes,
  placements,
  sensitivities,
  sharingTypes,
} from '../../modules/resources/index.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card } from '../../web/parts.tsx'
import { rulesOf } from './facts.tsx'

const optionsOf = (of: Readonly<Record<string, Text>>) =>
  Object.entries(of).map(([code, words]) => [code, words] as const)

/** Empty rows that stand below the items. */
const spareRows = 3

function Basics({ of, now }: { of: EntryVersionRow; now: Date }) {
  const rules = rulesOf(now)
  const list = (name: 'themes' | 'updateFrequencies') =>
    rules.lists[name].items.map(item => [item.code, item.name] as const)
  return (
    <>
      <Field name="nameZh" label={text('名称', 'Name in Chinese')} value={of.nameZh} isRequired maxLength={120} />
      <Field name="nameEn" label={text('英文名称', 'Name in English')} value={of.nameEn} maxLength={200} />
      <Field
        name="abstract"
        label={text('摘要', 'Abstract')}
        kind="area"
        value={of.abstract}
        maxLength={2000}
        hint={text('资源的内容、范围和用途', 'What it holds, its range and use')}
      />
      <Field name="themes" label={text('主题', 'Themes')} kind="checks" value={of.themes} options={list('themes')} />
      <Field
        name="format"
        label={text('格式', 'Format')}
        kind="select"
        value={of.format}
        options={optionsOf(formats)}
      />
      <Field
        name="updateCycle"
        label={text('更新周期', 'Update cycle')}
        kind="select"
        value={of.updateCycle}
        options={list('updateFrequencies')}
        hint={text('逾期未更新会向社会公开显示', 'An overdue update is shown to everyone')}
      />
      <Field
        name="grade"
        label={text('数据分级', 'Grade')}
        kind="select"
        value={of.grade}
        options={rules.grades.items.map(item => [item.code, item.name] as const)}
        hint={text('未定级不得发布', 'Nothing ungraded is published')}
      />
    </>
  )
}

/** What is asked twice alike: of sharing among institutions, and of opening to society. */
const releases = [
  ['sharing', sharingTypes, text('共享', 'Sharing'), text('共享', 'sharing')],
  ['opening', openingTypes, text('开放', 'Opening'), text('开放', 'opening')],
] as const

function Terms({ of }: { of: EntryVersionRow }) {
  return (
    <>
      {releases.map(([name, types, title, word]) => (
        <Fragment key={name}>
          <Field
            name={`${name}Type`}
            label={text(`${title.zh}类型`, title.en)}
            kind="select"
            value={of[`${name}Type`]}
            options={optionsOf(types)}
          />
          <Field
            name={`${name}Basis`}
            label={text(`${word.zh}依据`, `Basis of ${word.en}`)}
            value={of[`${name}Basis`]}
            hint={text('法律、法规、规章或政策文件及条款', 'Law, rule or policy, with its article')}
            maxLength={500}
          />
          <Field
            name={`${name}Condition`}
            label={text(`${word.zh}条件`, `Conditions of ${word.en}`)}
            value={of[`${name}Condition`]}
            hint={text(`有条件${word.zh}时填写`, `Where ${word.en} is on conditions`)}
            maxLength={1000}
          />
        </Fragment>
      ))}
    </>
  )
}

function Source({ of, isEnterprise }: { of: EntryVersionRow; isEnterprise: boolean }) {
  return (
    <>
      <Field
        name="placement"
        label={text('上云情况', 'Cloud placement')}
        kind="select"
        value={of.placement}
        options={optionsOf(placements)}
      />
      <Field
        name="systemOfRecord"
        label={text('来源系统', 'System of record')}
        value={of.systemOfRecord}
        maxLength={200}
      />
      {(isEnterprise || of.isVoluntary) && (
        <Field
          name="isVoluntary"
          kind="check"
          label={text('本企业自愿提供，并无法定提供义务', 'We provide this voluntarily; no law obliges us to')}
          hint={text(
            '第二十五条。勾选后不填职责依据；更新日期作为承诺公开，可随时撤回。',
            'Art. 25. Leave the legal duty empty then; the day of the next update is shown as a promise, and it can be taken back at will.',
          )}
          value={of.isVoluntary}
        />
      )}
      <Field
        name="dutyBasis"
        label={text('职责依据', 'Legal duty')}
        value={of.dutyBasis}
        hint={text('采集、产生这些数据的法定职责', 'The duty under which the data is collected')}
        maxLength={500}
      />
      <Field
        name="securityTerms"
        label={text('安全要求', 'Security terms')}
        kind="area"
        rows={2}
        value={of.securityTerms}
        maxLength={2000}
      />
      <Field
        name="relatedCodes~lines"
        label={text('关联资源代码', 'Codes of related resources')}
        value={of.relatedCodes.join(' , ')}
        hint={text('多个代码用逗号分开，如 306010/000001', 'Separated by commas, such as 306010/000001')}
      />
    </>
  )
}

function ItemRow({ of, at }: { of: EntryVersionRow['items'][number] | undefined; at: number }) {
  const t = useWords()
  const name = (field: string) => `items.${at}.${field}`
  return (
    <details class="mb-2" open={of === undefined && at === 0}>
      <summary>
        {of ? (
          <span lang="zh-CN" data-words="data">
            {at + 1}. {of.nameZh} {of.codeName && of.codeName !== of.nameZh && `(${of.codeName})`}
          </span>
        ) : (
          t(text(`${at + 1}. 新的信息项`, `${at + 1}. A new item`))
        )}
      </summary>
      <div class="card card-body mt-2">
        <Field
          name={name('nameZh')}
          label={text('名称', 'Name in Chinese')}
          value={of?.nameZh}
          maxLength={120}
          hint={text('清空全部内容即删除此项', 'Empty all of its fields to remove the item')}
        />
        <Field name={name('nameEn')} label={text('英文名称', 'Name in English')} value={of?.nameEn} maxLength={120} />
        <Field
          name={name('codeName')}
          label={text('数据中的列名', 'Column in the data')}
          value={of?.codeName}
          maxLength={120}
        />
        <Field
          name={name('type')}
          label={text('类型', 'Type')}
          kind="select"
          value={of?.type}
          options={optionsOf(itemTypes)}
        />
        <Field name={name('length')} label={text('长度', 'Length')} kind="number" min={1} value={of?.length} />
        <Field name={name('standard')} label={text('标准', 'Standard')} value={of?.standard} maxLength={200} />
        <Field
          name={name('sensitivity')}
          label={text('敏感程度', 'Sensitivity')}
          kind="select"
          value={of?.sensitivity}
          options={optionsOf(sensitivities)}
        />
        <Field name={name('meaning')} label={text('含义', 'Meaning')} value={of?.meaning} maxLength={500} />
      </div>
    </details>
  )
}

/** Everything that an institution says of an entry, in one form. */
export function Editor({ of, now, isEnterprise }: { of: EntryVersionRow; now: Date; isEnterprise: boolean }) {
  const t = useWords()
  const rows = [...of.items, ...Array<undefined>(spareRows).fill(undefined)]
  return (
    <Form to={`PATCH /resource-versions/${of.id}`} then={`/institution/resources/${of.id}`} data-guard>
      <Card title={t(text('基本信息', 'Core metadata'))}>
        <Basics of={of} now={now} />
      </Card>
      <Card title={t(text('共享与开放', 'Sharing and opening'))}>
        <Terms of={of} />
      </Card>
      <Card title={t(text('来源与安全', 'Source and security'))}>
        <Source of={of} isEnterprise={isEnterprise} />
      </Card>
      <Card title={t(text('信息项', 'Items'))}>
        {rows.map((item, i) => (
          <ItemRow key={item?.nameZh ?? `new-${i}`} of={item} at={i} />
        ))}
      </Card>
      <Submit>{t(text('保存', 'Save'))}</Submit>
    </Form>
  )
}
