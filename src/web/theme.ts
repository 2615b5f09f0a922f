import { Type } from 'typebox'
import { type Route, raw } from '../kernel/http/route.ts'
import { text } from '../kernel/text.ts'
import { closed } from '../kernel/wire.ts'
import { localPath } from './forms.ts'
import { themeCookie } from './reader.ts'

/** Light or dark, as the reader likes it better: kept in the browser, asked of nobody. */
export const routes: Route[] = [
  raw({
    at: 'GET /theme',
    operation: 'chooseTheme',
    permission: 'page.read',
    tag: 'pages',
    summary: text('切换浅色与深色', 'Switch between light and dark'),
    query: closed({
      to: Type.Union([Type.Literal('light'), Type.Literal('dark'), Type.Literal('toggle')]),
      next: Type.Optional(Type.String({ maxLength: 2000 })),
    }),
    isRoot: true,
    isHidden: true,
    handle: async (request, reply) => {
      const { to, next } = request.query as { to: string; next?: string }
      const theme = to === 'toggle' ? (request.cookies[themeCookie] === 'dark' ? 'light' : 'dark') : to
      reply.setCookie(themeCookie, theme, {
        path: '/',
        maxAge: 31_536_000,
        sameSite: 'lax',
        secure: request.server.isHttps,
      })
      return reply.redirect(localPath(next, '/'), 303)
    },
  }),
]
