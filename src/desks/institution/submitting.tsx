import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Draft, listDrafts, maxSubmitted } from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Empty, Name, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { importTrail } from './importing.tsx'

/** The way to submitting many drafts, where there are some. */
export function ToSubmit({ count }: { count: number }) {
  const t = useWords()
  const { can } = useReader()
  if (count < 2 || !can('resource.submit')) return null
  return (
    <a class="btn" href="/institution/resources/submit">
      {t(text('批量提交', 'Submit many'))}
    </a>
  )
}

const target = 'POST /resource-versions/submit'

interface Answer {
  readonly submitted: number
  readonly refused: number
  readonly results: readonly {
    readonly versionId: string
    readonly nameZh: string | null
    readonly isSubmitted: boolean
    readonly errors: readonly { readonly message: Text; readonly remedy: Text | null }[]
  }[]
}

/** What became of each of the drafts that were just submitted. */
function Results({ of }: { of: Answer }) {
  const t = useWords()
  const refused = of.results.filter(each => !each.isSubmitted)
  return (
    <>
      <Notice
        tone={of.refused === 0 ? 'good' : 'warn'}
        title={t(
          text(
            `已提交 ${of.submitted} 份${of.refused > 0 ? `，${of.refused} 份未能提交` : ''}`,
            `${of.submitted} submitted${of.refused > 0 ? `, ${of.refused} not` : ''}`,
          ),
        )}
      >
        <a href="/institution/resources?state=submitted">{t(text('查看已提交的目录', 'See what is submitted'))}</a>
      </Notice>
      {refused.length > 0 && (
        <Card title={t(text('未能提交', 'Not submitted'))}>
          <Table
            head={[t(text('名称', 'Name')), t(text('原因', 'Why'))]}
            rows={refused.map(each => [
              <a key="name" href={`/institution/resources/${each.versionId}`}>
                <Data>{each.nameZh ?? each.versionId}</Data>
              </a>,
              each.errors.map(error => t(error.message)).join(t(text('；', '; '))),
            ])}
          />
        </Card>
      )}
    </>
  )
}

function Choice({ of: { version, missing } }: { of: Draft }) {
  const t = useWords()
  const isComplete = missing.length === 0
  return (
    <label class="form-check mb-0">
      <input
        class="form-check-input"
        type="checkbox"
        name="versionIds"
        value={version.id}
        checked={isComplete}
        disabled={!isComplete}
      />
      <span class="visually-hidden">
        {t(text('提交', 'Submit'))} {version.nameZh}
      </span>
    </label>
  )
}

function Drafts({ of }: { of: readonly Draft[] }) {
  const t = useWords()
  const { form } = useReader()
  const answer = form?.to === target ? (form.reply as Answer | undefined) : undefined
  const ready = of.filter(each => each.missing.length === 0).length
  return (
    <>
      {answer && <Results of={answer} />}
      {of.length === 0 ? (
        <Empty title={t(text('没有待提交的草稿', 'No draft is waiting'))} icon="circle-check">
          <a href="/institution/resources">{t(text('查看全部目录', 'See all entries'))}</a>
        </Empty>
      ) : (
        <Form to={target} isShown>
          <p>
            {t(
              text(
                `${of.length} 份草稿中 ${ready} 份内容完整，已勾选；其余请先补充。`,
                `${ready} of ${of.length} drafts are complete and ticked; the others need more first.`,
              ),
            )}
          </p>
          <Table
            caption={t(text('草稿', 'Drafts'))}
            head={[
              t(text('提交', 'Submit')),
              t(text('名称', 'Name')),
              t(text('代码', 'Code')),
              t(text('还差', 'Left to do')),
            ]}
            rows={of.map(each => [
              <Choice key="choice" of={each} />,
              <a key="name" href={`/institution/resources/${each.version.id}`}>
                <Name zh={each.version.nameZh} en={each.version.nameEn} />
              </a>,
              <code key="code">{each.entry.code}</code>,
              each.missing.length === 0 ? (
                <Badge key="ready" tone="good">
                  {t(text('可以提交', 'Ready'))}
                </Badge>
              ) : (
                each.missing.map(error => t(error.message)).join(t(text('；', '; ')))
              ),
            ])}
          />
          {ready > 0 && <Submit>{t(text('提交所选目录', 'Submit those ticked'))}</Submit>}
        </Form>
      )}
    </>
  )
}

export const submittingPages: Route[] = [
  page({
    at: 'GET /institution/resources/submit',
    operation: 'showResourceSubmission',
    permission: 'resource.submit',
    summary: text('批量提交审核', 'Submit many for review'),
    run: async rx => ({
      title: text('批量提交审核', 'Submit many for review'),
      trail: [...importTrail],
      lead: text(
        `一次最多 ${maxSubmitted} 份；每份单独得到结果，互不影响。`,
        `At most ${maxSubmitted} at once; each has its own result and none holds up another.`,
      ),
      body: <Drafts of={await listDrafts(rx)} />,
    }),
  }),
]
