import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../identity/index.ts'
import { notReleased } from '../risk/index.ts'
import { attachData, attachedTo } from './attaching.ts'
import { bulkRoutes } from './bulkroutes.ts'
import { entryIncomplete } from './model.ts'
import { openingRoutes } from './openingroutes.ts'
import { pullRoutes } from './pullingroutes.ts'
import { listVersions, readEntry, readVersion, searchEntries } from './queries.ts'
import {
  createEntry,
  discardVersion,
  fillItems,
  publishVersion,
  returnVersion,
  reviewVersion,
  reviseEntry,
  submitVersion,
  updateVersion,
  withdrawEntry,
} from './service.ts'
import {
  AttachmentShape,
  ContentBody,
  CreateBody,
  EntriesShape,
  EntryQuery,
  EntryShape,
  FillBody,
  toAttachment,
  toEntries,
  toEntry,
  toLine,
  toVersion,
  VersionPage,
  VersionShape,
  VersionsQuery,
  WithdrawBody,
} from './wire.ts'

const tag = 'resources'

const reading: Route[] = [
  read({
    at: 'GET /resources',
    operation: 'searchResources',
    permission: 'resource.search',
    tag,
    summary: text('检索资源目录', 'Search the resource catalog'),
    query: closed({ ...PageQuery, ...EntryQuery }),
    reply: EntriesShape,
    run: async (rx, { query }) => toEntries(await searchEntries(rx, query)),
  }),
  read({
    at: 'GET /resources/:id',
    operation: 'readResource',
    permission: 'resource.read',
    tag,
    summary: text('资源目录条目', 'An entry of the resource catalog'),
    params: IdParams,
    reply: EntryShape,
    run: async (rx, { params }) => toEntry(await readEntry(rx, params.id), await attachedTo(rx, params.id), rx.now),
  }),
  read({
    at: 'GET /resource-versions',
    operation: 'listResourceVersions',
    permission: 'resource.list',
    tag,
    summary: text('本机构的目录版本，或待审核的目录版本', 'Versions of the own entries, or those to review'),
    query: VersionsQuery,
    reply: VersionPage,
    run: async (rx, { query }) => {
      const page = await listVersions(rx, query)
      return { ...page, items: page.items.map(toLine) }
    },
  }),
  read({
    at: 'GET /resource-versions/:id',
    operation: 'readResourceVersion',
    permission: 'resource.list',
    tag,
    summary: text('目录版本', 'A version of an entry'),
    params: IdParams,
    reply: VersionShape,
    run: async (rx, { params }) => toVersion(await readVersion(rx, params.id), rx.now),
  }),
]

const editing: Route[] = [
  write({
    at: 'POST /resources',
    operation: 'createResource',
    permission: 'resource.create',
    tag,
    summary: text('新编目录条目', 'Begin an entry'),
    body: CreateBody,
    reply: VersionShape,
    status: 201,
    run: async (cx, { body }) => toVersion(await createEntry(cx, body), cx.now),
  }),
  write({
    at: 'PATCH /resource-versions/:id',
    operation: 'updateResourceVersion',
    permission: 'resource.update',
    tag,
    summary: text('修改编制中的目录', 'Change a version in work'),
    params: IdParams,
    body: ContentBody,
    reply: VersionShape,
    run: async (cx, { params, body }) => toVersion(await updateVersion(cx, params.id, body), cx.now),
  }),
  write({
    at: 'POST /resource-versions/:id/fill',
    operation: 'fillResourceItems',
    permission: 'resource.fill',
    tag,
    summary: text('由数据文件填写信息项', 'Fill the items from a data file'),
    params: IdParams,
    body: FillBody,
    reply: VersionShape,
    run: async (cx, { params, body }) => toVersion(await fillItems(cx, params.id, body.dataVersionId), cx.now),
  }),
  write({
    at: 'POST /resource-versions/:id/submit',
    operation: 'submitResourceVersion',
    permission: 'resource.submit',
    tag,
    summary: text('提交审核', 'Submit for review'),
    params: IdParams,
    reply: VersionShape,
    problems: [entryIncomplete],
    run: async (cx, { params }) => toVersion(await submitVersion(cx, params.id), cx.now),
  }),
  write({
    at: 'POST /resource-versions/:id/discard',
    operation: 'discardResourceVersion',
    permission: 'resource.discard',
    tag,
    summary: text('放弃编制中的目录', 'Give a version in work up'),
    params: IdParams,
    reply: VersionShape,
    run: async (cx, { params }) => toVersion(await discardVersion(cx, params.id), cx.now),
  }),
  write({
    at: 'POST /resources/:id/revise',
    operation: 'reviseResource',
    permission: 'resource.revise',
    tag,
    summary: text('编制新版本', 'Begin the next version'),
    params: IdParams,
    reply: VersionShape,
    status: 201,
    run: async (cx, { params }) => toVersion(await reviseEntry(cx, params.id), cx.now),
  }),
  write({
    at: 'POST /resources/:id/withdraw',
    operation: 'withdrawResource',
    permission: 'resource.withdraw',
    tag,
    summary: text('撤回已发布的目录', 'Withdraw a published entry'),
    params: IdParams,
    body: WithdrawBody,
    reply: VersionShape,
    run: async (cx, { params, body }) => toVersion(await withdrawEntry(cx, params.id, body.reason), cx.now),
  }),
  write({
    at: 'POST /resources/:id/data',
    operation: 'attachResourceData',
    permission: 'resource.attach',
    tag,
    summary: text('挂接数据版本', 'Attach a data version'),
    params: IdParams,
    body: FillBody,
    reply: AttachmentShape,
    status: 201,
    problems: [notReleased],
    run: async (cx, { params, body }) => {
      const { id } = await attachData(cx, params.id, body.dataVersionId)
      return toAttachment((await attachedTo(cx, params.id)).find(each => each.row.id === id)!)
    },
  }),
]

const reviewing: Route[] = [
  write({
    at: 'POST /resource-versions/:id/review',
    operation: 'reviewResourceVersion',
    permission: 'resource.review',
    tag,
    summary: text('开始审核', 'Take up for review'),
    params: IdParams,
    reply: VersionShape,
    problems: [samePerson],
    run: async (cx, { params }) => toVersion(await reviewVersion(cx, params.id), cx.now),
  }),
  write({
    at: 'POST /resource-versions/:id/return',
    operation: 'returnResourceVersion',
    permission: 'resource.return',
    tag,
    summary: text('退回修改', 'Return it with what is to be mended'),
    params: IdParams,
    body: ReasonBody,
    reply: VersionShape,
    problems: [samePerson],
    run: async (cx, { params, body }) => toVersion(await returnVersion(cx, params.id, body.reason), cx.now),
  }),
  write({
    at: 'POST /resource-versions/:id/publish',
    operation: 'publishResourceVersion',
    permission: 'resource.publish',
    tag,
    summary: text('审核通过并发布', 'Publish'),
    params: IdParams,
    reply: VersionShape,
    problems: [entryIncomplete, samePerson],
    run: async (cx, { params }) => toVersion(await publishVersion(cx, params.id), cx.now),
  }),
]

export const routes: Route[] = [...reading, ...editing, ...reviewing, ...pullRoutes, ...openingRoutes, ...bulkRoutes]
