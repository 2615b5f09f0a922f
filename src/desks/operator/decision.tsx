import { type Text, text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Another, Door, ReasonForm } from './parts.tsx'
import type { ReviewFile } from './review.tsx'

/** Fields that a reviewer most often asks to be mended, by their place in the submission. */
const pointers: readonly (readonly [string, Text])[] = [
  ['/sourceStatement', text('来源说明', 'Statement of source')],
  ['/sourceEvidence', text('来源证明', 'Evidence of source')],
  ['/grade', text('数据分级', 'Grade')],
  ['/containsPersonalInfo', text('是否含个人信息', 'Personal information')],
  ['/personalInfoBasis', text('个人信息处理依据', 'Basis for personal information')],
  ['/personalInfoNotice', text('告知文本', 'Notice to persons')],
  ['/separateConsentEvidence', text('单独同意证明', 'Evidence of consent')],
  ['/nameZh', text('产品名称', 'Name')],
  ['/abstract', text('摘要', 'Abstract')],
  ['/columns', text('数据字典', 'Data dictionary')],
  ['/dataVersionId', text('数据文件', 'Data file')],
  ['/rightsKind', text('授予的权利', 'Rights offered')],
  ['/purposesAllowed', text('允许用途', 'Purposes allowed')],
  ['/purposesProhibited', text('禁止用途', 'Purposes prohibited')],
  ['/acceptanceStandard', text('验收标准', 'Acceptance standard')],
  ['/plans', text('价格方案', 'Price plans')],
  ['/complianceOpinion', text('合规意见', 'Compliance opinion')],
]

const messages = [
  text(
    '来源说明笼统，未写明采集方式和权利依据',
    'The source is stated too generally: how it was collected, by what right',
  ),
  text('字段含义不清', 'What a column means is not clear'),
  text('疑似含个人信息而未声明', 'There seems to be personal information that is not declared'),
  text('定级依据不足', 'The grade is not substantiated'),
]
const remedies = [
  text('补充采集方式、时间范围和授权文件编号', 'Say how and when it was collected, with the number of the licence'),
  text('逐列补充含义和单位', 'Give meaning and unit for each column'),
  text(
    '改为“含个人信息”并填写处理依据，或去除相关列后重新上传',
    'Declare it with its basis, or take the columns out and upload again',
  ),
  text('说明分级过程，或按规则重新定级', 'Explain the grading, or grade it again'),
]
const opinions = [
  text('材料齐全，来源说明清楚，分级准确，同意挂牌', 'Complete; source and grade are clear; may be listed'),
  text('已核对批准文件，同意挂牌', 'The approval was compared; may be listed'),
]
const refusals = [
  text('数据来源不合法或无法证明，不予挂牌', 'The source is unlawful or cannot be shown'),
  text('属核心数据，依法不得交易', 'Core data are never traded'),
  text('可能危害国家安全或公共利益，不予挂牌', 'It may harm national security or the public interest'),
  text('未经同意提供个人信息，不予挂牌', 'It provides personal information without consent'),
]

function Row({ at, isRequired }: { at: number; isRequired: boolean }) {
  const t = useWords()
  return (
    <fieldset>
      <legend class="h4">{t(text(`第 ${at + 1} 处`, `Item ${at + 1}`))}</legend>
      <Field
        name={`items.${at}.pointer`}
        label={text('哪一项', 'Which field')}
        kind="select"
        isRequired={isRequired}
        options={pointers}
      />
      <Field
        name={`items.${at}.message`}
        label={text('问题', 'What is wrong')}
        isRequired={isRequired}
        suggestions={messages.map(t)}
      />
      <Field
        name={`items.${at}.remedy`}
        label={text('如何补正', 'How to mend it')}
        isRequired={isRequired}
        suggestions={remedies.map(t)}
      />
    </fieldset>
  )
}

function Return({ id }: { id: string }) {
  const t = useWords()
  return (
    <Door
      to={`POST /listings/${id}/return`}
      label={text('退回补正', 'Return for supplement')}
      tone="plain"
      consequence={text(
        '一次性告知全部需补正的内容；受理期限暂停，供方补正后继续计算。',
        'The vendor is told everything at once; the clock stops until the answer and then goes on.',
      )}
    >
      <Form to={`POST /listings/${id}/return`}>
        {[0, 1, 2].map(at => (
          <Row key={at} at={at} isRequired={at === 0} />
        ))}
        <Submit tone="plain">{t(text('退回', 'Return'))}</Submit>
      </Form>
    </Door>
  )
}

const Refuse = ({ id }: { id: string }) => (
  <Door
    to={`POST /listings/${id}/refuse`}
    label={text('不予挂牌', 'Refuse')}
    consequence={text(
      '本次申请终止，不能恢复；供方可另行提交新版本。',
      'This application ends for good; the vendor may submit another version.',
    )}
  >
    <ReasonForm to={`POST /listings/${id}/refuse`} button={text('不予挂牌', 'Refuse')} templates={refusals} />
  </Door>
)

function Pass({ of }: { of: ReviewFile }) {
  const t = useWords()
  const { id } = of.file.listing
  return (
    <Form to={`POST /listings/${id}/pass`}>
      <Field
        name="checks"
        label={text('逐项确认', 'Confirm each point')}
        kind="checks"
        hint={text(
          '对照左侧证据；有一项不能确认，就不能通过。',
          'By the evidence beside it; unless each is confirmed it cannot be passed.',
        )}
        options={of.review.items.map(item => [item.code, item.question] as const)}
      />
      {of.needsApproval && (
        <Field
          name="isImportantDataConfirmed"
          label={text('已核对重要数据交易的批准文件', 'The approval to trade in important data was compared')}
          kind="check"
        />
      )}
      <Field
        name="opinion"
        label={text('审核意见', 'Opinion')}
        isRequired
        maxLength={2000}
        suggestions={opinions.map(t)}
      />
      <Submit tone="good">{t(text('审核通过', 'Pass the review'))}</Submit>
    </Form>
  )
}

function Published({ of }: { of: ReviewFile }) {
  const t = useWords()
  const { can } = useReader()
  const { id, state } = of.file.listing
  return (
    <div class="stack">
      {state === 'suspended' && can('listing.resume') && (
        <Form to={`POST /listings/${id}/resume`}>
          <p>{t(text('恢复后可以重新被检索和购买。', 'Once resumed it can be found and bought again.'))}</p>
          <Submit>{t(text('恢复挂牌', 'Resume'))}</Submit>
        </Form>
      )}
      {state === 'listed' && can('listing.suspend') && (
        <Door
          to={`POST /listings/${id}/suspend`}
          label={text('停牌', 'Suspend')}
          consequence={text(
            '停牌期间不能新购；已签合同继续履行。',
            'Nothing new is bought while suspended; contracts go on.',
          )}
        >
          <ReasonForm
            to={`POST /listings/${id}/suspend`}
            button={text('确认停牌', 'Suspend')}
            templates={[
              text('涉嫌来源不合法，核查期间停牌', 'The source may be unlawful; suspended while that is checked'),
            ]}
          />
        </Door>
      )}
      {can('listing.delist') && (
        <Door
          to={`POST /listings/${id}/delist`}
          label={text('摘牌', 'Delist')}
          consequence={text('摘牌后不能恢复；已签合同继续履行。', 'It cannot be undone; contracts go on.')}
        >
          <ReasonForm to={`POST /listings/${id}/delist`} button={text('确认摘牌', 'Delist')} />
        </Door>
      )}
    </div>
  )
}

/** What the reader can decide about a listing now; what they cannot is said with who can. */
export function ListingDecision({ of }: { of: ReviewFile }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const { listing } = of.file
  const { id, state } = listing
  if (state === 'submitted')
    return (
      <div class="stack">
        {can('listing.accept') ? (
          <Form to={`POST /listings/${id}/accept`}>
            <p>
              {t(
                text(
                  '材料齐全即受理，进入审核；审核期限从受理起算。',
                  'Accept when it is complete; the clock of the review begins.',
                ),
              )}
            </p>
            <Submit>{t(text('受理', 'Accept for review'))}</Submit>
          </Form>
        ) : (
          <Another>{t(text('由经办或复核人员受理。', 'A maker or checker accepts it.'))}</Another>
        )}
        {can('listing.return') && <Return id={id} />}
        {can('listing.refuse') && <Refuse id={id} />}
      </div>
    )
  if (state === 'reviewing') {
    if (listing.submittedBy === viewer?.personId)
      return <Another>{t(text('您是提交人，须由他人审核。', 'You submitted it; another person reviews it.'))}</Another>
    return (
      <div class="stack">
        {can('listing.pass') ? (
          <Pass of={of} />
        ) : (
          <Another>{t(text('由复核人员审核。', 'A checker reviews it.'))}</Another>
        )}
        {can('listing.refuse') && <Refuse id={id} />}
      </div>
    )
  }
  if (state === 'approved' && can('listing.publish'))
    return (
      <Form to={`POST /listings/${id}/publish`}>
        <p>
          {t(
            text(
              '挂牌后立即可以被检索和购买；也可由供方自行挂牌。',
              'Once listed it can be found and bought; the vendor may do it too.',
            ),
          )}
        </p>
        <Submit>{t(text('挂牌', 'List'))}</Submit>
      </Form>
    )
  if (state === 'listed' || state === 'suspended')
    return (
      <>
        <p>
          <a href={`/products/${of.file.product.id}`}>{t(text('查看公开页面', 'See the public page'))}</a>
        </p>
        <Published of={of} />
      </>
    )
  return (
    <Another>{t(text('目前没有需要运营机构办理的事项。', 'There is nothing for the operator to decide now.'))}</Another>
  )
}
