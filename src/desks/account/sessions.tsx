import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { listSessions } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Form, Submit } from '../../web/form.tsx'
import { Badge, Moment, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Rooms } from './profile.tsx'

const browsers: readonly (readonly [mark: RegExp, name: Text])[] = [
  [/MicroMessenger/, text('微信', 'WeChat')],
  [/Edg\//, text('Edge', 'Edge')],
  [/OPR\//, text('Opera', 'Opera')],
  [/Firefox\//, text('Firefox', 'Firefox')],
  [/Chrome\//, text('Chrome', 'Chrome')],
  [/Safari\//, text('Safari', 'Safari')],
]
const systems: readonly (readonly [mark: RegExp, name: Text])[] = [
  [/HarmonyOS|OpenHarmony/, text('鸿蒙', 'HarmonyOS')],
  [/Android/, text('Android', 'Android')],
  [/iPhone|iPad/, text('iOS', 'iOS')],
  [/Windows/, text('Windows', 'Windows')],
  [/Mac OS X/, text('macOS', 'macOS')],
  [/Linux/, text('Linux', 'Linux')],
]

/** What a session's user agent says, in two words; a program's own name where it is no browser. */
export function deviceName(device: string): Text {
  const named = (list: typeof browsers) => list.find(([mark]) => mark.test(device))?.[1]
  const browser = named(browsers)
  const system = named(systems)
  if (!browser)
    return device === '' ? text('未说明的程序', 'An unnamed program') : text(device.slice(0, 60), device.slice(0, 60))
  if (!system) return browser
  return text(`${browser.zh} · ${system.zh}`, `${browser.en} · ${system.en}`)
}

type Session = Awaited<ReturnType<typeof listSessions>>[number]

function Sessions({ sessions }: { sessions: readonly Session[] }) {
  const t = useWords()
  const { actor } = useReader()
  const others = sessions.filter(each => each.id !== actor.sessionId)
  return (
    <>
      <Rooms />
      <Table
        caption={t(text('目前有效的登录', 'Sessions that are open'))}
        head={[
          t(text('设备', 'Device')),
          t(text('登录时间', 'Signed in')),
          t(text('最近使用', 'Last used')),
          t(text('操作', 'Action')),
        ]}
        rows={sessions.map(each => [
          <span key="device" title={each.device}>
            {t(deviceName(each.device))}
          </span>,
          <Moment key="at" at={each.createdAt} />,
          <Moment key="seen" at={each.seenAt} />,
          each.id === actor.sessionId ? (
            <Badge key="here" tone="good">
              {t(text('当前设备', 'This one'))}
            </Badge>
          ) : (
            <Form key="end" to={`DELETE /sessions/${each.id}`}>
              <Submit tone="plain" isSmall>
                {t(text('退出', 'End'))}
              </Submit>
            </Form>
          ),
        ])}
      />
      <p class="form-hint">
        {t(
          text(
            '浏览器登录保持 12 小时；最近使用的时间精确到 10 分钟。发现陌生的登录，请退出它并修改密码。',
            'A session in a browser lasts 12 hours; its last use is kept to ten minutes. If you see one that is not yours, end it and change your password.',
          ),
        )}
      </p>
      {others.length > 0 && (
        <Confirm
          label={text('退出其他全部登录', 'End all other sessions')}
          consequence={text(
            `其他 ${others.length} 处登录立即失效，须重新登录。`,
            `The other ${others.length === 1 ? 'session ends' : `${others.length} sessions end`} at once; those devices have to sign in again.`,
          )}
        >
          <Form to="DELETE /sessions">
            <Submit tone="danger">{t(text('全部退出', 'End them'))}</Submit>
          </Form>
        </Confirm>
      )}
    </>
  )
}

export const sessionRoutes: Route[] = [
  page({
    at: 'GET /account/sessions',
    operation: 'showSessions',
    permission: 'session.list',
    summary: text('登录设备', 'My sessions'),
    run: async rx => {
      const sessions = await listSessions(rx)
      return {
        title: text('登录设备', 'Sessions'),
        lead: text('您的账号正在这些地方登录。', 'Where your account is signed in.'),
        trail: [['/account', text('我的账号', 'My account')]],
        body: <Sessions sessions={sessions} />,
      }
    },
  }),
]
