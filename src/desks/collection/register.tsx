import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { countReports, listRegistered, matchFields, readRegistered } from '../../modules/collection/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Name, Notice, Pager, Stat, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { About, AnswerWords, FieldName, FormBadge, Matches } from './parts.tsx'

const title = text('采集事项公开', 'Registered collections')
type Found = Awaited<ReturnType<typeof listRegistered>>

function Search({ q }: { q: string | undefined }) {
  const t = useWords()
  return (
    <form method="get" action="/collections" class="row-gap mb-3">
      <label class="visually-hidden" for="collections-q">
        {t(text('按名称、用途或字段查找', 'Find by title, purpose or field'))}
      </label>
      <input
        id="collections-q"
        class="form-control"
        type="search"
        name="q"
        value={q}
        maxLength={100}
        placeholder={t(text('表单、用途或字段', 'Form, purpose or field'))}
      />
      <button class="btn" type="submit">
        {t(text('查找', 'Find'))}
      </button>
    </form>
  )
}

function List({ found, q, counts }: { found: Found; q: string | undefined; counts: ReadonlyMap<string, number> }) {
  const t = useWords()
  const count = (state: string) => counts.get(state) ?? 0
  return (
    <>
      <Search q={q} />
      {found.items.length === 0 ? (
        <Empty title={t(text('没有找到采集事项', 'No collection was found'))} icon="forms">
          {q
            ? t(text('换一个词试试，或查看全部。', 'Try another word, or see all.'))
            : t(
                text(
                  '公共机构登记的采集事项会公开在这里。',
                  'Collections that institutions register become public here.',
                ),
              )}
        </Empty>
      ) : (
        <Table
          caption={t(title)}
          head={[
            t(text('表单', 'Form')),
            t(text('采集机构', 'Institution')),
            t(text('字段', 'Fields')),
            t(text('状态', 'State')),
            t(text('登记', 'Registered')),
          ]}
          nums={[2]}
          rows={found.items.map(({ form, institution, asked }) => [
            <a key="title" href={`/collections/${form.id}`}>
              <Data>{form.title}</Data>
            </a>,
            <Name key="institution" zh={institution.nameZh} en={institution.nameEn} />,
            asked,
            <FormBadge key="state" state={form.state} />,
            <Moment key="at" at={form.registeredAt} isDay />,
          ])}
        />
      )}
      <Pager next={found.next} />
      <div class="mt-4" />
      <Card title={t(text('被重复要求填报？', 'Asked again for what they have?'))}>
        <p>
          {t(
            text(
              '政府已经有、能共享的数据，公共机构不得再要求您填报。可以举报，主管部门在期限内核查并答复您。',
              'What public institutions have and can share they must not ask of you again. Report it; the authority checks it in time and answers you.',
            ),
          )}
        </p>
        <p class="row-gap">
          <a class="btn btn-primary" href="/collections/report">
            {t(text('举报重复采集', 'Report it'))}
          </a>
          <a class="btn" href="/collections/reports">
            {t(text('我的举报', 'My reports'))}
          </a>
          <a class="btn" href="/collections/check">
            {t(text('查一查字段', 'Check fields'))}
          </a>
        </p>
        <div class="stats mb-0">
          <Stat label={t(text('收到举报', 'Reports'))}>
            <Count of={[...counts.values()].reduce((sum, n) => sum + n, 0)} />
          </Stat>
          <Stat label={t(text('查实', 'Found true'))}>
            <Count of={count('substantiated')} />
          </Stat>
          <Stat label={t(text('不属实', 'Found not true'))}>
            <Count of={count('unsubstantiated')} />
          </Stat>
        </div>
      </Card>
    </>
  )
}

function One({ of: { form, institution, fields } }: { of: Awaited<ReturnType<typeof readRegistered>> }) {
  const t = useWords()
  const asked = fields.filter(field => field.answer !== 'dropped')
  const dropped = fields.filter(field => field.answer === 'dropped')
  return (
    <div class="split">
      <div>
        {form.state === 'ended' && (
          <Notice tone="warn" title={t(text('采集已结束', 'The collection has ended'))}>
            {form.reason && <Data>{form.reason}</Data>}
          </Notice>
        )}
        <Card title={t(text(`采集的字段（${asked.length}）`, `Fields that are asked (${asked.length})`))}>
          <ul class="plain-list mb-0">
            {asked.map(field => (
              <li key={field.id} class="row-gap mb-2">
                <FieldName of={field} />
                <AnswerWords of={field} />
                {field.laterHits.length > 0 && (
                  <Badge tone="warn">{t(text('现已可共享取得', 'Can be shared by now'))}</Badge>
                )}
              </li>
            ))}
          </ul>
        </Card>
        {dropped.length > 0 && (
          <Card
            title={t(
              text(`改用共享数据、不再采集（${dropped.length}）`, `Shared instead of asked (${dropped.length})`),
            )}
          >
            <p class="mb-0">
              <Data>{dropped.map(field => field.nameZh).join('、')}</Data>
            </p>
          </Card>
        )}
      </div>
      <div>
        <About of={form} institution={institution} />
        <Card title={t(text('举报', 'Report'))}>
          <p>
            {t(
              text(
                '认为其中有重复采集的，可以举报。',
                'Report it where you think that it asks again for what they have.',
              ),
            )}
          </p>
          <a class="btn" href={`/collections/report?form=${form.id}`}>
            {t(text('举报这项采集', 'Report this collection'))}
          </a>
        </Card>
      </div>
    </div>
  )
}

type Checked = Awaited<ReturnType<typeof matchFields>>

function Check({ typed, found }: { typed: string; found: Checked }) {
  const t = useWords()
  return (
    <>
      <form method="get" action="/collections/check">
        <label class="form-label" for="check-fields">
          {t(text('字段，每行一个', 'Fields, one a line'))}
        </label>
        <textarea id="check-fields" class="form-control" name="fields" rows={6} maxLength={4000} required>
          {typed}
        </textarea>
        <button class="btn btn-primary mt-3 mb-3" type="submit">
          {t(text('比对目录', 'Compare with the catalog'))}
        </button>
      </form>
      {found.length > 0 && (
        <Table
          caption={t(text('比对结果', 'What the catalog has'))}
          head={[t(text('字段', 'Field')), t(text('目录中已有', 'In the catalog'))]}
          rows={found.map(({ field, compared }) => [
            <strong key="name" lang="zh-CN" data-words="data">
              {field.nameZh}
            </strong>,
            <Matches key="matches" of={compared} />,
          ])}
        />
      )}
    </>
  )
}

export const registerPages: Route[] = [
  page({
    at: 'GET /collections',
    operation: 'showCollections',
    permission: 'collection.search',
    summary: title,
    query: { after: PageQuery.after, q: Type.Optional(Type.String({ maxLength: 100 })) },
    run: async (rx, { query }) => ({
      title,
      lead: text(
        '公共机构向公民、企业采集什么、凭什么、哪些改用了共享数据。',
        'What public institutions ask of citizens and enterprises, on what basis, and what they share instead.',
      ),
      body: <List found={await listRegistered(rx, query)} q={query.q} counts={await countReports(rx, 'all')} />,
    }),
  }),
  page({
    at: 'GET /collections/check',
    operation: 'showFieldCheck',
    permission: 'collection.match',
    summary: text('查一查字段', 'Check fields'),
    query: { fields: Type.Optional(Type.String({ maxLength: 4000 })) },
    run: async (rx, { query }) => ({
      title: text('查一查字段', 'Check fields'),
      lead: text(
        '写下被要求填报或准备采集的字段，看目录里有没有。',
        'Write the fields that are asked, and see whether the catalog has them.',
      ),
      trail: [['/collections', title]],
      body: (
        <Check typed={query.fields ?? ''} found={query.fields?.trim() ? await matchFields(rx, query.fields) : []} />
      ),
    }),
  }),
  page({
    at: 'GET /collections/:id',
    operation: 'showCollection',
    permission: 'collection.search',
    summary: text('一项采集', 'A collection'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const found = await readRegistered(rx, params.id)
      return {
        title: text(found.form.title, found.form.title),
        trail: [['/collections', title]],
        body: <One of={found} />,
      }
    },
  }),
]
