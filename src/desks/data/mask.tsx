import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  canGeneralise,
  type DataVersion,
  dataVersionOf,
  maskMethods,
  ownDataVersion,
} from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Notice } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { dataTrail, isReadable } from './parts.tsx'

/** Columns that one page offers; a wider file is masked through the API. */
const mostShown = 200

const methodHints = {
  keep: text('保持原样', 'Leave as it is'),
  remove: maskMethods.remove,
  mask: text('遮盖（仅留首尾几个字符）', 'Cover (a few characters at both ends stay)'),
  hash: text('加密散列（同值同码，不可还原）', 'Keyed hash (equal values stay equal; cannot be undone)'),
  generalise: text('泛化（区间、月份、设区的市）', 'Generalise (ranges, months, cities)'),
}

function MaskForm({ version }: { version: DataVersion }) {
  const t = useWords()
  const columns = version.columns.slice(0, mostShown)
  return (
    <Form to={`POST /data-versions/${version.id}/mask`} then="/data-versions/{id}">
      {version.columns.length > mostShown && (
        <Notice tone="warn">
          {t(
            text(
              `此处只列出前 ${mostShown} 列，其余列请通过接口处理。`,
              `Only the first ${mostShown} columns are shown; mask the others through the API.`,
            ),
          )}
        </Notice>
      )}
      <div class="columns">
        {columns.map((column, i) => (
          <div key={column.name}>
            <input type="hidden" name={`columns.${i}.name`} value={column.name} />
            <Field
              name={`columns.${i}.method`}
              kind="select"
              label={text(
                `${column.name}${column.isSensitive ? '（敏感）' : ''}`,
                `${column.name}${column.isSensitive ? ' (sensitive)' : ''}`,
              )}
              value="keep"
              options={Object.entries(methodHints).filter(([name]) => name !== 'generalise' || canGeneralise(column))}
            />
          </div>
        ))}
      </div>
      <Submit>{t(text('生成脱敏版本', 'Make a masked version'))}</Submit>
    </Form>
  )
}

function MaskPage({ version, isOpen }: { version: DataVersion; isOpen: boolean }) {
  const t = useWords()
  const { can } = useReader()
  if (!isOpen) return <Notice>{t(text('文件读取完成后才能脱敏。', 'A file is masked once it was read.'))}</Notice>
  if (!can('data-version.mask'))
    return (
      <Notice>
        {t(
          text(
            '脱敏由本机构的经办人或管理员办理。',
            'Masking is for a maker or an administrator of your organisation.',
          ),
        )}
      </Notice>
    )
  return <MaskForm version={version} />
}

export const maskPages: Route[] = [
  page({
    at: 'GET /data-versions/:id/mask',
    operation: 'showMasking',
    permission: 'data-version.read',
    summary: text('脱敏', 'Mask columns'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const row = await ownDataVersion(rx, params.id)
      return {
        title: text('脱敏', 'Mask columns'),
        trail: [dataTrail, [`/data-versions/${row.id}`, text(row.fileName, row.fileName)]],
        lead: text(
          '按列选择处理方式，生成本机构的一个新版本；原版本保持不变，处理方式记入新版本并留痕。文本文件不论原编码（GBK、GB18030、UTF-16），新版本一律为 UTF-8。',
          'Choose per column. A new version of yours is made; this one stays as it is, and what was done is kept with the new one. Text in whatever encoding (GBK, GB18030, UTF-16) becomes UTF-8.',
        ),
        body: <MaskPage version={await dataVersionOf(rx, row.id)} isOpen={isReadable(row)} />,
      }
    },
  }),
]
