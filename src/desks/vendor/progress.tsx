import { text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Card } from '../../web/parts.tsx'
import type { EditorView } from './editor.tsx'
import { sectionOf, sections } from './fields.ts'

/** How far each section is: what is missing in it, and what a reviewer will look at. */
export function Progress({ view }: { view: EditorView }) {
  const t = useWords()
  const { errors, warnings } = view.report
  const all = [
    { id: 'data', title: text('数据', 'Data') },
    ...sections,
    { id: 'price', title: text('价格方案', 'Price plans') },
  ]
  return (
    <nav class="progress-list card card-body" aria-label={t(text('填写进度', 'Progress'))} data-live="progress">
      <p class="mb-2" role="status">
        <strong>
          {errors.length === 0
            ? t(text('预检通过，可以提交', 'The pre-check is clean: it can be submitted'))
            : t(
                text(
                  `还有 ${errors.length} 处需要完善`,
                  errors.length === 1 ? '1 thing is left to do' : `${errors.length} things are left to do`,
                ),
              )}
        </strong>
      </p>
      <ol>
        {all.map(({ id, title }) => {
          const open = errors.filter(each => sectionOf(each.pointer) === id).length
          const look = warnings.filter(each => sectionOf(each.pointer) === id).length
          return (
            <li key={id} class={open === 0 ? 'done' : 'open'}>
              <Icon name={open === 0 ? 'circle-check' : 'circle-dashed'} />
              <a href={`#${id}`}>{t(title)}</a>
              <span>
                {open > 0
                  ? t(text(`${open} 处`, `${open} left`))
                  : look > 0
                    ? t(text(`${look} 条提示`, `${look} hints`))
                    : t(text('完成', 'done'))}
              </span>
            </li>
          )
        })}
      </ol>
      <a href="#submit">{t(text('提交挂牌', 'Submit'))}</a>
    </nav>
  )
}

function SubmitForm({ view }: { view: EditorView }) {
  const t = useWords()
  const { listing, product } = view.draft
  const isAgain = listing.state === 'supplementing'
  return (
    <Form
      to={`POST /listings/${listing.id}/${isAgain ? 'resubmit' : 'submit'}`}
      then={`/vendor/products/${product.id}`}
      data-after-save
    >
      {!isAgain && (
        <Field
          name="endsOn"
          kind="date"
          label={text('挂牌截止日期（可选）', 'Last day of the listing (optional)')}
          hint={text('不填则长期挂牌', 'Without one it has no end')}
        />
      )}
      <Submit>{t(isAgain ? text('重新提交', 'Submit again') : text('提交挂牌', 'Submit for listing'))}</Submit>
    </Form>
  )
}

/** The last step, with what happens after it. */
export function SubmitSection({ view }: { view: EditorView }) {
  const t = useWords()
  const { can } = useReader()
  const { report, draft, rules } = view
  const { listingAcceptance, listingReview } = rules.clocks
  return (
    <Card title={t(text('提交', 'Submit'))} id="submit">
      <p>
        {t(
          text(
            `提交后内容即被固定并生成摘要值：运营机构 ${listingAcceptance.workingDays} 个工作日内受理，${listingReview.workingDays} 个工作日内审核；需要补正的一次性告知。审核通过后由您确认挂牌。`,
            `What you submit is fixed under one hash. The exchange accepts it within ${listingAcceptance.workingDays} working days and reviews it within ${listingReview.workingDays}; whatever is to be supplemented is told at once. When it has passed, you publish it.`,
          ),
        )}
      </p>
      <div data-live="submit">
        {report.errors.length > 0 ? (
          <p>
            {t(
              text(
                `预检还有 ${report.errors.length} 处未通过，完善后才能提交。`,
                report.errors.length === 1
                  ? 'The pre-check still finds 1 thing; it can be submitted when that is done.'
                  : `The pre-check still finds ${report.errors.length} things; it can be submitted when they are done.`,
              ),
            )}
          </p>
        ) : can('listing.submit') ? (
          <SubmitForm view={view} />
        ) : (
          <p>
            {t(
              text(
                '预检已通过，由本机构有提交权限的人员提交。',
                'The pre-check is clean; a colleague who may submit does so.',
              ),
            )}
          </p>
        )}
      </div>
      {can('listing.discard') && (
        <Confirm
          tone="plain"
          label={text('放弃这份草稿', 'Give this draft up')}
          consequence={text(
            '草稿移到“已放弃”，可以随时恢复；已挂牌的版本不受影响。',
            'The draft goes to “Discarded” and can be taken back at any time; a version that is listed is not touched.',
          )}
        >
          <Form to={`POST /listings/${draft.listing.id}/discard`} then="/vendor/listings?state=discarded">
            <Submit tone="plain">{t(text('确认放弃', 'Give it up'))}</Submit>
          </Form>
        </Confirm>
      )}
    </Card>
  )
}
