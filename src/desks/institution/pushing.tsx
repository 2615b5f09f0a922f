import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { readVersion, type Versioned } from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Empty } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Ways, waysTrail } from './ways.tsx'

/** What a token needs to send a version, see how it stands, and attach it. */
export const pushScopes = [
  'data-version.upload',
  'data-version.read',
  'data-version.confirm',
  'data-version.read-risk',
  'resource.attach',
] as const

const tokensPage = `/organization/api-tokens?${new URLSearchParams(pushScopes.map(each => ['scope', each]))}`

function Call({ children }: { children: string }) {
  const t = useWords()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section class="commands" tabIndex={0} aria-label={t(text('命令', 'Commands'))}>
      <pre>{children}</pre>
      <button type="button" class="btn btn-sm" data-copy={children} data-done={t(text('已复制', 'Copied'))} hidden>
        {t(text('复制', 'Copy'))}
      </button>
    </section>
  )
}

const auth = `-H "Authorization: Bearer $JINSHU_TOKEN"`

function Prepare() {
  const t = useWords()
  const { can } = useReader()
  return (
    <li>
      <h3 class="h4">{t(text('准备令牌', 'Have a token'))}</h3>
      <p>
        {t(text('新建一个只含下列权限的接口令牌：', 'Make an API token with these permissions only: '))}
        {pushScopes.map(each => (
          <>
            <code key={each}>{each}</code>{' '}
          </>
        ))}
        {can('api-token.create') ? (
          <a href={tokensPage}>{t(text('去新建（权限已勾选）', 'Make it (permissions chosen)'))}</a>
        ) : (
          t(text('（由机构管理员新建）', '(your administrator makes it)'))
        )}
      </p>
      <Call>{`export JINSHU_TOKEN='…'`}</Call>
    </li>
  )
}

function Send({ api, name }: { api: string; name: string }) {
  const t = useWords()
  return (
    <>
      <li>
        <h3 class="h4">{t(text('发送文件', 'Send the file'))}</h3>
        <p>
          {t(
            text(
              '同名同内容的文件重复发送，返回的是同一个版本。较大的文件可用 tus 1.0 分段续传：',
              'The same file sent again is the same version. Larger files can be sent in pieces by tus 1.0: ',
            ),
          )}
          <code>{`${api}/uploads`}</code>
        </p>
        <Call>{`VERSION=$(curl -sS -X POST "${api}/data-versions" ${auth} \\
  -F "file=@data.csv;filename=${name.replace(/["\\$`;]/g, '')}.csv" | jq -r .id)
curl -sS "${api}/data-versions/$VERSION" ${auth} | jq .state`}</Call>
      </li>
      <li>
        <h3 class="h4">{t(text('确认读取结果', 'Confirm what was read'))}</h3>
        <p>{t(text('状态为 ready 后确认。', 'Once its state is ready.'))}</p>
        <Call>{`curl -sS -X POST "${api}/data-versions/$VERSION/confirm" ${auth} \\
  -H "Content-Type: application/json" -d '{}'`}</Call>
      </li>
    </>
  )
}

function Calls({ of: { entry, version }, url }: { of: Versioned; url: string }) {
  const t = useWords()
  const api = `${url}/api/v1`
  return (
    <ol class="stack">
      <Prepare />
      <Send api={api} name={version.nameZh} />
      <li>
        <h3 class="h4">{t(text('定级、评估、审核', 'Grading, assessment, review'))}</h3>
        <p>
          {t(
            text(
              '由本机构人员在数据版本页面定级并提交风险评估，运营机构审核。程序可查询是否放行（released）：',
              'People of your institution grade and assess it on its page, and the operator reviews it. A program can ask whether it is released:',
            ),
          )}
        </p>
        <Call>{`curl -sS "${api}/data-versions/$VERSION/release" ${auth} | jq .state`}</Call>
      </li>
      <li>
        <h3 class="h4">{t(text('挂接到本目录', 'Attach it to this entry'))}</h3>
        <p>
          {t(
            text(
              '未放行时返回 not-released。幂等键相同的请求只生效一次，重发得到同样的答复。',
              'Before it is released the answer is not-released. With the same key it takes effect once, and a repetition gets the same answer.',
            ),
          )}
        </p>
        <Call>{`curl -sS -X POST "${api}/resources/${entry.id}/data" ${auth} \\
  -H "Content-Type: application/json" -H "Idempotency-Key: attach-$VERSION" \\
  -d "{\\"dataVersionId\\":\\"$VERSION\\"}"`}</Call>
      </li>
    </ol>
  )
}

function Body({ of, url }: { of: Versioned; url: string }) {
  const t = useWords()
  return (
    <>
      <Ways id={of.version.id} at="/api" />
      {of.version.state === 'published' ? (
        <Card title={t(text('五步推送一个新版本', 'A new version in five steps'))}>
          <Calls of={of} url={url} />
          <p class="mb-0">
            <a href="/docs#tag/resources/operation/attachResourceData">{t(text('完整接口文档', 'API reference'))}</a>
          </p>
        </Card>
      ) : (
        <Empty title={t(text('目录发布后可推送数据', 'Data is sent for what is published'))} icon="api">
          <a href={`/institution/resources/${of.version.id}`}>{t(text('返回目录', 'Back to the entry'))}</a>
        </Empty>
      )}
    </>
  )
}

export const pushPages: Route[] = [
  page({
    at: 'GET /institution/resources/:id/api',
    operation: 'showResourceApi',
    permission: 'resource.read-pull',
    summary: text('通过接口推送数据', 'Data sent by the API'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const found = await readVersion(rx, params.id)
      const { nameZh, nameEn } = found.version
      return {
        title: text(`${nameZh}：接口推送`, `${nameEn ?? nameZh}: sent by the API`),
        lead: text(
          '机构的程序凭令牌发送新版本；放行之前不能挂接。',
          'Your program sends new versions by token; none is attached before it is released.',
        ),
        trail: waysTrail(found.version),
        body: <Body of={found} url={rx.kit.settings.publicUrl} />,
      }
    },
  }),
]
