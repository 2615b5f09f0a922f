import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { twoStepRequired } from '../kernel/access.ts'
import { type Route, raw } from '../kernel/http/route.ts'
import { notFound, type Problem, type ProblemType, problemTypes, unauthenticated } from '../kernel/problem.ts'
import { type Text, text } from '../kernel/text.ts'
import { closed } from '../kernel/wire.ts'
import { useWords } from '../web/context.ts'
import { replyWithHtml, sendPage } from '../web/layout.tsx'
import { Badge, Facts, Table } from '../web/parts.tsx'
import { readerOf } from '../web/reader.ts'

/** What the status alone says (RFC 9110 §15.5, §15.6), in words for the one who was refused. */
const meanings: Readonly<Record<number, Text>> = {
  400: text(
    '请求的内容不完整或格式不对，服务没有执行任何操作。',
    'The request is incomplete or malformed; nothing was done.',
  ),
  401: text(
    '服务不知道您是谁：没有凭证，或凭证不再有效。没有执行任何操作。',
    'The service does not know who you are: there is no credential, or it is no longer valid. Nothing was done.',
  ),
  403: text(
    '服务知道您是谁，但您不能办理此事。没有执行任何操作。',
    'The service knows who you are, but this is not yours to do. Nothing was done.',
  ),
  404: text(
    '没有这条记录，或者您所在的机构无权查看；两者的答复完全相同。',
    'There is no such record, or it is not for your organisation to see; both are answered alike.',
  ),
  409: text(
    '记录已不是您上次看到的样子，或与已有内容重复。没有执行任何操作。',
    'The record is not as you last saw it, or the same exists already. Nothing was done.',
  ),
  413: text('提交的内容超过了上限，没有保存。', 'What was sent is larger than the limit; nothing was kept.'),
  415: text(
    '提交内容的类型或压缩方式不在支持之列。',
    'What was sent has a media type or encoding that is not supported.',
  ),
  416: text('请求的字节范围超出了文件的大小。', 'The range asked for lies outside the file.'),
  422: text(
    '请求的格式正确，但业务规则不允许。没有执行任何操作。',
    'The request is well-formed, but a rule of the exchange forbids it. Nothing was done.',
  ),
  429: text(
    '短时间内请求过多。响应头 Retry-After 说明了多少秒后可以再试。',
    'There were too many requests in a short time. The header Retry-After says after how many seconds to try again.',
  ),
  500: text(
    '服务出了错，操作没有生效。请求编号能帮助运营机构找到原因。',
    'The service made a mistake and nothing took effect. The request id helps the operator find the cause.',
  ),
  503: text(
    '服务暂时无法处理，例如数据库正在重启。已确认的内容不会丢失。',
    'The service cannot work at the moment, as when its database restarts. Nothing that was confirmed is lost.',
  ),
}

const otherMeaning = (status: number): Text => (status >= 500 ? meanings[500]! : meanings[400]!)

const meaningOf = (type: ProblemType): Text => meanings[type.status] ?? otherMeaning(type.status)

const tone = (status: number) => (status >= 500 ? 'bad' : 'warn')

function Explanation({ type }: { type: ProblemType }) {
  const t = useWords()
  return (
    <>
      <h2>{t(text('含义', 'What it means'))}</h2>
      <p>{t(meaningOf(type))}</p>
      <h2>{t(text('怎么办', 'What to do'))}</h2>
      <p>{t(type.remedy)}</p>
    </>
  )
}

function One({ type }: { type: ProblemType }) {
  const t = useWords()
  return (
    <>
      <Facts
        of={[
          [t(text('类型', 'Type')), <code key="type">{`/problems/${type.slug}`}</code>],
          [
            t(text('HTTP 状态', 'HTTP status')),
            <Badge key="status" tone={tone(type.status)}>
              {type.status}
            </Badge>,
          ],
        ]}
      />
      <Explanation type={type} />
    </>
  )
}

function All() {
  const t = useWords()
  return (
    <>
      <p>
        {t(
          text(
            '服务拒绝一个请求时，会用 RFC 9457 问题文档说明原因；其 type 是下面某一页的地址，detail 说明具体情形，errors 逐项指出字段。',
            'A refusal is an RFC 9457 problem document: its type is the address of one of these pages, its detail says what happened here, its errors name each field.',
          ),
        )}
      </p>
      <Table
        head={[
          t(text('状态', 'Status')),
          t(text('问题', 'Problem')),
          t(text('类型', 'Type')),
          t(text('怎么办', 'What to do')),
        ]}
        rows={problemTypes().map(type => [
          <Badge key="status" tone={tone(type.status)}>
            {type.status}
          </Badge>,
          t(type.title),
          <a key="type" href={`/problems/${type.slug}`}>
            <code>{type.slug}</code>
          </a>,
          t(type.remedy),
        ])}
      />
    </>
  )
}

function Refusal({ problem, id }: { problem: Problem; id: string }) {
  const t = useWords()
  const { type, errors } = problem
  return (
    <>
      {problem.detail !== type.title && <p class="lead">{t(problem.detail)}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map(error => (
            <li key={error.pointer + error.message.en}>
              <code>{error.pointer.slice(1)}</code> {t(error.message)}
              {error.remedy && t(text('；', '; ')) + t(error.remedy)}
            </li>
          ))}
        </ul>
      )}
      <Explanation type={type} />
      {type === twoStepRequired.type && (
        <p>
          <a class="btn btn-primary" href="/account/two-step">
            {t(text('开启两步登录', 'Set up two-step sign-in'))}
          </a>
        </p>
      )}
      <Facts
        of={[
          [
            t(text('问题', 'Problem')),
            <a key="type" href={`/problems/${type.slug}`}>
              {type.slug}
            </a>,
          ],
          [t(text('请求编号', 'Request id')), <code key="id">{id}</code>],
        ]}
      />
    </>
  )
}

/**
 * A refusal as a page, for a person who opened an address in a browser. Who is not signed in and asks for a page that
 * takes it is led to the sign-in page, and from there back.
 */
export function replyWithPage(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const reader = readerOf(request, reply)
  if (problem.type === unauthenticated.type && request.method === 'GET' && !reader.viewer)
    return reply.redirect(`/sign-in?next=${encodeURIComponent(reader.url)}`, 303)
  return replyWithHtml(reply, reader, {
    title: problem.type.title,
    body: <Refusal problem={problem} id={request.id} />,
    status: problem.type.status,
    cacheControl: 'no-store',
  })
}

/** They ask nothing of the database: who is told that it is away can read what that means. */
export const routes: Route[] = [
  raw({
    at: 'GET /problems',
    operation: 'showProblems',
    permission: 'page.read',
    tag: 'pages',
    summary: text('问题说明', 'The kinds of problems'),
    isRoot: true,
    isHidden: true,
    handle: (request, reply) =>
      Promise.resolve(sendPage(request, reply, () => ({ title: text('问题说明', 'Problems'), body: <All /> }))),
  }),
  raw({
    at: 'GET /problems/:slug',
    operation: 'showProblem',
    permission: 'page.read',
    tag: 'pages',
    summary: text('一种问题的说明', 'One kind of problem'),
    params: closed({ slug: Type.String() }),
    isRoot: true,
    isHidden: true,
    handle: async (request, reply) => {
      const { slug } = request.params as { slug: string }
      const type = problemTypes().find(each => each.slug === slug)
      if (!type) throw notFound()
      const trail = [['/problems', text('全部问题', 'All problems')]] as const
      return sendPage(request, reply, () => ({ title: type.title, trail, body: <One type={type} /> }))
    },
  }),
]
