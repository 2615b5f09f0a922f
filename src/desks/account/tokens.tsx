import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { listApiTokens } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Copyable, Empty, Moment, Name, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { type ScopeGroup, scopeGroups } from './scopes.ts'

type Token = Awaited<ReturnType<typeof listApiTokens>>[number]

const create = 'POST /api-tokens'

/** The token's text, the one time that anybody can read it. */
function Made({ token }: { token: string }) {
  const t = useWords()
  return (
    <section class="card card-body made" aria-labelledby="made" tabIndex={-1} data-focus>
      <h2 id="made" class="h3 mt-0">
        {t(text('新令牌（仅显示这一次）', 'The new token (shown this once)'))}
      </h2>
      <p>
        {t(
          text(
            '请立即复制并保存到密钥管理工具；离开本页后无法再次查看。请求头写作 Authorization: Bearer 加此令牌。',
            'Copy it into your secret store now; it cannot be read again. Send it as Authorization: Bearer followed by the token.',
          ),
        )}
      </p>
      <Copyable>{token}</Copyable>
    </section>
  )
}

/** Checkboxes by the groups of the API; a group opens to show what is in it. */
function Scopes({ groups, proposed }: { groups: readonly ScopeGroup[]; proposed: readonly string[] }) {
  const t = useWords()
  const { form } = useReader()
  const chosen = form?.to === create && !form.reply ? (form.values.scopes ?? []) : proposed
  return (
    <fieldset class="mb-3">
      <legend class="form-label required">{t(text('权限', 'Permissions'))}</legend>
      <small class="form-hint mb-2">
        {t(
          text(
            '只勾选程序需要的。令牌的权限不超过您本人当前的职责；职责取消，令牌随之失效。',
            'Only what the program needs. A token never reaches beyond your own duties of the moment.',
          ),
        )}
      </small>
      {groups.map(group => (
        <details key={group.words.en} class="scopes" open={group.scopes.some(each => chosen.includes(each.permission))}>
          <summary>
            {t(group.words)} <span class="text-secondary">({group.scopes.length})</span>
          </summary>
          {group.scopes.map(({ permission, words }) => (
            <label class="form-check" key={permission}>
              <input
                class="form-check-input"
                type="checkbox"
                name="scopes"
                value={permission}
                checked={chosen.includes(permission)}
              />
              <span class="form-check-label">{t(words)}</span>
              <span class="form-check-description">
                <code>{permission}</code>
              </span>
            </label>
          ))}
        </details>
      ))}
    </fieldset>
  )
}

function Create({ groups, proposed }: { groups: readonly ScopeGroup[]; proposed: readonly string[] }) {
  const t = useWords()
  return (
    <Card title={t(text('新建令牌', 'Make a token'))}>
      <Form to={create} isShown>
        <Field
          name="name"
          label={text('名称', 'Name')}
          hint={text('说明给哪个程序使用，如“ERP 订单同步”。', 'Which program it is for, such as “ERP order sync”.')}
          maxLength={100}
          isRequired
        />
        <Field
          name="days"
          kind="select"
          label={text('有效期', 'Valid for')}
          options={[
            ['30', text('30 天', '30 days')],
            ['90', text('90 天', '90 days')],
            ['180', text('180 天', '180 days')],
            ['365', text('365 天（最长）', '365 days (the longest)')],
          ]}
          value="90"
          isRequired
        />
        <Scopes groups={groups} proposed={proposed} />
        <Submit>{t(text('新建令牌', 'Make the token'))}</Submit>
      </Form>
    </Card>
  )
}

function Standing({ token }: { token: Token }) {
  const t = useWords()
  if (token.revokedAt) return <Badge>{t(text('已吊销', 'Revoked'))}</Badge>
  if (token.isOver) return <Badge>{t(text('已过期', 'Expired'))}</Badge>
  return <Badge tone="good">{t(text('有效', 'In force'))}</Badge>
}

function List({ tokens }: { tokens: readonly Token[] }) {
  const t = useWords()
  if (tokens.length === 0)
    return (
      <Empty icon="key" title={t(text('还没有接口令牌', 'No API tokens yet'))}>
        {t(text('程序通过令牌代表机构调用接口，', 'Programs call the API for the organisation by token; see the '))}
        <a href="/docs">{t(text('查看接口文档', 'API reference'))}</a>
        {t(text('。', '.'))}
      </Empty>
    )
  return (
    <Table
      caption={t(text('接口令牌', 'API tokens'))}
      head={[
        t(text('名称', 'Name')),
        t(text('权限', 'Permissions')),
        t(text('状态', 'State')),
        t(text('有效期至', 'Valid until')),
        t(text('操作', 'Action')),
      ]}
      rows={tokens.map(token => [
        <Name key="name" zh={token.name} />,
        <details key="scopes">
          <summary>{t(text(`${token.scopes.length} 项`, `${token.scopes.length}`))}</summary>
          {token.scopes.join(', ')}
        </details>,
        <Standing key="state" token={token} />,
        <Moment key="until" at={token.expiresAt} isDay />,
        token.revokedAt || token.isOver ? (
          '—'
        ) : (
          <Confirm
            key="revoke"
            label={text('吊销', 'Revoke')}
            consequence={text(
              `使用“${token.name}”的程序将立即无法访问，且不能恢复。`,
              'Programs that use this token are refused at once; this cannot be undone.',
            )}
          >
            <Form to={`DELETE /api-tokens/${token.id}`}>
              <Submit tone="danger" isSmall>
                {t(text('吊销', 'Revoke'))}
              </Submit>
            </Form>
          </Confirm>
        ),
      ])}
    />
  )
}

function Tokens({
  tokens,
  groups,
  proposed,
}: {
  tokens: readonly Token[]
  groups: readonly ScopeGroup[]
  proposed: readonly string[]
}) {
  const { form } = useReader()
  const made = form?.to === create ? form.reply?.token : undefined
  return (
    <>
      {typeof made === 'string' && <Made token={made} />}
      <List tokens={tokens} />
      <Create groups={groups} proposed={proposed} />
    </>
  )
}

export const tokenRoutes: Route[] = [
  page({
    at: 'GET /organization/api-tokens',
    operation: 'showApiTokens',
    permission: 'api-token.list',
    summary: text('接口令牌', 'API tokens'),
    // other pages lead here with the permissions that their calls need
    query: { scope: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 40 })) },
    run: async (rx, { query }, reader) => {
      const tokens = await listApiTokens(rx)
      return {
        title: text('接口令牌', 'API tokens'),
        lead: text('让程序代表机构调用接口。', 'For programs that call the API for the organisation.'),
        trail: [['/organization', text('机构', 'Organisation')]],
        cacheControl: 'no-store',
        body: <Tokens tokens={tokens} groups={scopeGroups(reader)} proposed={query.scope ?? []} />,
      }
    },
  }),
]
