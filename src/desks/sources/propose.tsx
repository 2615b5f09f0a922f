import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { requireOrganization } from '../../modules/identity/index.ts'
import { type EntryVersionRow, readEntry } from '../../modules/resources/index.ts'
import { allElements, carriersOf, type DataElement, type ItemSource, itemSources } from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Facts, Name, Notice, Pager } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { elementName, ItemSources } from './parts.tsx'

interface View {
  readonly entryId: string
  readonly version: EntryVersionRow
  readonly item: string | undefined
  readonly element: string | undefined
  readonly known: readonly ItemSource[]
  readonly elements: readonly DataElement[]
  readonly days: number
}

async function viewOf(rx: Rx, query: { entry: string; item?: string; element?: string }): Promise<View> {
  const { entry, version } = await readEntry(rx, query.entry)
  if (entry.organizationId !== requireOrganization(rx.actor)) throw notFound()
  const known = await itemSources(rx, entry.id)
  const carried = known.find(each => each.item.itemName === query.item)
  return {
    entryId: entry.id,
    version,
    item: query.item,
    element: query.element ?? carried?.element.code,
    known,
    elements: await allElements(rx),
    days: rulesAt(rx.now).clocks.sourceObjection.workingDays,
  }
}

function Choice({ view }: { view: View }) {
  return (
    <>
      <Field
        name="itemName"
        label={text('信息项', 'Item')}
        kind="select"
        value={view.item}
        options={view.version.items.map(item => [item.nameZh, item.nameZh] as const)}
        isRequired
      />
      <Field
        name="element"
        label={text('数据元', 'Data element')}
        kind="select"
        value={view.element}
        options={view.elements.map(each => [each.code, elementName(each)] as const)}
        isRequired
      />
    </>
  )
}

function Correct({ view }: { view: View }) {
  const t = useWords()
  const { form } = useReader()
  const to = 'POST /data-elements/confirm'
  return (
    <Card title={t(text('只确认或更正识别结果', 'Only confirm or correct what was recognised'))}>
      <Confirm
        label={text('确认或更正', 'Confirm or correct')}
        tone="plain"
        consequence={text(
          '确认后，该信息项按所选数据元计入一数一源；选“不是”的不再提示。',
          'The item then counts as this element; one that is not is not proposed again.',
        )}
        isOpen={form?.to === to}
      >
        <Form to={to} then={`/sources/${view.element ?? ''}`}>
          <input type="hidden" name="entryId" value={view.entryId} />
          <Choice view={view} />
          <Field
            name="isCarried"
            label={text('该信息项是否为此数据元', 'Is the item this element?')}
            kind="radios"
            value="true"
            options={[
              ['true', text('是', 'Yes')],
              ['false', text('不是', 'No')],
            ]}
            isRequired
          />
          <Submit tone="plain">{t(text('保存', 'Save'))}</Submit>
        </Form>
      </Confirm>
    </Card>
  )
}

function Propose({ view }: { view: View }) {
  const t = useWords()
  const current = view.known.find(each => each.item.itemName === view.item)
  return (
    <div class="split">
      <div>
        <Card title={t(text('申报', 'Proposal'))}>
          <Form to="POST /sources" then="/source-proposals/{id}">
            <input type="hidden" name="entryId" value={view.entryId} />
            <Choice view={view} />
            <Field
              name="dutyBasis"
              label={text('职责依据', 'Legal duty')}
              hint={text(
                '依据哪部法律法规或职责规定采集、维护该数据，写明条款。',
                'Name the law or the rule on duties, with its article, by which you collect and keep it.',
              )}
              kind="area"
              rows={3}
              value={view.version.dutyBasis}
              maxLength={500}
              isRequired
            />
            <Submit>{t(text('提交申报', 'Submit the proposal'))}</Submit>
          </Form>
        </Card>
        <Correct view={view} />
        <ItemSources of={view.known} />
      </div>
      <div>
        <Card title={t(text('所属目录', 'Entry'))}>
          <Facts
            of={[
              [
                t(text('名称', 'Name')),
                <a key="name" href={`/resources/${view.entryId}`}>
                  <Name zh={view.version.nameZh} en={view.version.nameEn} />
                </a>,
              ],
              view.item !== undefined && [t(text('信息项', 'Item')), <Data key="item">{view.item}</Data>],
            ]}
          />
        </Card>
        <Notice tone="info" title={t(text('申报之后', 'What follows'))}>
          {t(
            text(
              `本辖区其他机构也持有该数据元的，有 ${view.days} 个工作日的异议期；没有的，直接进入认定。认定由平台运营机构办理，有异议的由主管部门办理。`,
              `If other institutions here hold the element, they may object within ${view.days} working days; otherwise it is decided at once, by the operator, or by the authority where somebody objects.`,
            ),
          )}
        </Notice>
        {current?.source && !current.isSource && (
          <Notice tone="warn" title={t(text('现有权威来源', 'There is a source already'))}>
            {t(
              text(
                `“${current.source.institution}”的来源有效（${current.source.number}）；申报将请求更替。`,
                `The source of ${current.source.institutionEn ?? current.source.institution} is in force (${current.source.number}); your proposal asks to replace it.`,
              ),
            )}
          </Notice>
        )}
      </div>
    </div>
  )
}

const ownItems = (rx: Rx, after: string | undefined) =>
  carriersOf(rx, { organizationId: requireOrganization(rx.actor), after })

function Choose({ of }: { of: Awaited<ReturnType<typeof ownItems>> }) {
  const t = useWords()
  if (of.items.length === 0)
    return (
      <Empty
        title={t(text('本机构已发布的目录中没有识别到数据元', 'No element was recognised in your entries'))}
        icon="folder"
      >
        <p>
          {t(
            text(
              '先编制并发布目录；名称特殊的信息项可在目录页申报时自行选择数据元。',
              'Publish an entry first; for an item with an unusual name, choose its element on the page of the entry.',
            ),
          )}
        </p>
        <a class="btn" href="/institution/resources">
          {t(text('本机构目录', 'Your entries'))}
        </a>
      </Empty>
    )
  return (
    <>
      <ItemSources of={of.items} isOwn />
      <Pager next={of.next} />
    </>
  )
}

export const proposePages: Route[] = [
  page({
    at: 'GET /institution/sources/new',
    operation: 'showNewSource',
    permission: 'source.propose',
    summary: text('申报权威来源', 'Propose a source'),
    query: {
      entry: Type.Optional(Id),
      item: Type.Optional(Type.String({ maxLength: 120 })),
      after: PageQuery.after,
      element: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' })),
    },
    run: async (rx, { query: { entry, ...rest } }) => ({
      title: text('申报权威来源', 'Propose an authoritative source'),
      lead: text(
        '由依法负责采集、维护该数据的机构申报，认定后其他机构通过共享取得。',
        'Proposed by the institution whose legal duty it is to collect and keep the datum; others then share it.',
      ),
      trail: [
        ['/institution', text('机构工作台', 'Institution desk')],
        ['/source-proposals', text('权威来源', 'Authoritative sources')],
      ],
      body: entry ? (
        <Propose view={await viewOf(rx, { entry, ...rest })} />
      ) : (
        <Choose of={await ownItems(rx, rest.after)} />
      ),
    }),
  }),
]
