import { type Text, text } from '../../kernel/text.ts'
import type { EntryVersionRow } from '../../modules/resources/index.ts'
import { useWords } from '../../web/context.ts'
import { Tabs } from '../../web/parts.tsx'

const ways = [
  ['', text('目录', 'Entry')],
  ['/pull', text('定时获取', 'On a schedule')],
  ['/api', text('接口推送', 'By the API')],
] as const

/** An entry, and the ways by which its data comes without a person who uploads it. */
export function Ways({ id, at }: { id: string; at: (typeof ways)[number][0] }) {
  const t = useWords()
  return (
    <Tabs
      of={ways.map(([path, words]) => ({
        href: `/institution/resources/${id}${path}`,
        words: t(words),
        isHere: path === at,
      }))}
    />
  )
}

export const waysTrail = ({ id, nameZh, nameEn }: EntryVersionRow): readonly (readonly [string, Text])[] => [
  ['/institution', text('机构工作台', 'Institution desk')],
  ['/institution/resources', text('资源目录', 'Resource catalog')],
  [`/institution/resources/${id}`, text(nameZh, nameEn ?? nameZh)],
]
