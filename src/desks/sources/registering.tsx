import { text } from '../../kernel/text.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card } from '../../web/parts.tsx'
import { Door } from '../operator/parts.tsx'

/** A new data element, for those who keep the register. */
export function RegisterForm() {
  const t = useWords()
  const to = 'POST /data-elements'
  return (
    <Card title={t(text('登记数据元', 'Register a data element'))}>
      <Door
        to={to}
        label={text('登记新的数据元', 'Register a new element')}
        tone="plain"
        consequence={text(
          '登记后标识不再改变；系统随即在已发布的目录中识别含该数据元的信息项。',
          'Its code never changes again; the published entries are then looked through for items that carry it.',
        )}
      >
        <Form to={to} then="/sources/{code}">
          <Field
            name="identifier"
            label={text('标识', 'Code')}
            hint={text(
              '小写字母、数字和连字符，如 school-code',
              'Lower-case letters, digits and hyphens, as school-code',
            )}
            pattern="[a-z][a-z0-9\-]{1,39}"
            maxLength={40}
            isRequired
          />
          <Field name="nameZh" label={text('中文名称', 'Chinese name')} maxLength={60} isRequired />
          <Field name="nameEn" label={text('英文名称', 'English name')} maxLength={80} isRequired />
          <Field
            name="definition"
            label={text('定义', 'Definition in Chinese')}
            kind="area"
            rows={2}
            maxLength={300}
            isRequired
          />
          <Field
            name="definitionEn"
            label={text('英文定义', 'Definition in English')}
            kind="area"
            rows={2}
            maxLength={300}
            isRequired
          />
          <Field
            name="standard"
            label={text('标准', 'Standard')}
            placeholder={text('GB/T …', 'GB/T …')}
            maxLength={60}
          />
          <Field
            name="synonyms~lines"
            label={text('同义名称', 'Synonyms')}
            hint={text('每行一个', 'One a line')}
            kind="area"
            rows={3}
          />
          <Field
            name="columns~lines"
            label={text('常用列名', 'Names of columns')}
            hint={text('每行一个', 'One a line')}
            kind="area"
            rows={3}
          />
          <Submit>{t(text('登记', 'Register'))}</Submit>
        </Form>
      </Door>
    </Card>
  )
}
