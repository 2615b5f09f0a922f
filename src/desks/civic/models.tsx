import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Template } from '../../kernel/documents/template.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { listModelContracts, modelContractOf, renderText, sourceOf } from '../../modules/contracts/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Copyable, Empty, Facts, Notice, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Prose } from '../prose.tsx'
import { specimen } from './specimen.ts'

interface Named {
  readonly title?: string
  readonly titleEn?: string
  readonly properties?: Readonly<Record<string, Named>>
}

const addressOf = ({ meta }: Template) => `/model-contracts/${meta.code}/${meta.version}`

function List({ of }: { of: readonly Template[] }) {
  const t = useWords()
  if (of.length === 0) return <Empty title={t(text('没有示范文本', 'There are no model contracts'))} icon="file-text" />
  return (
    <>
      {of.map(template => (
        <Card
          key={addressOf(template)}
          title={<a href={addressOf(template)}>{t(template.meta.title)}</a>}
          actions={<Badge>{template.meta.version}</Badge>}
        >
          <p>{t(template.meta.label)}</p>
          <Facts of={[[t(text('摘要（SHA-256）', 'Digest (SHA-256)')), <code key="hash">{template.hash}</code>]]} />
        </Card>
      ))}
    </>
  )
}

/** What the parties fill in, in the words of the template's own schema. */
function Blanks({ schema }: { schema: Template['schema'] }) {
  const t = useWords()
  const properties = Object.entries((schema as Named).properties ?? {})
  return (
    <Card title={t(text('双方约定的内容', 'What the parties agree'))}>
      <ul class="mb-0">
        {properties.map(([name, { title = name, titleEn = title }]) => (
          <li key={name}>{t(text(title, titleEn))}</li>
        ))}
      </ul>
    </Card>
  )
}

interface Shown {
  readonly template: Template
  readonly markdown: string
  readonly language: 'zh-CN' | 'en'
}

function Model({ of: { template, markdown, language } }: { of: Shown }) {
  const t = useWords()
  const { meta, hash, schema } = template
  const here = addressOf(template)
  return (
    <div class="split">
      <div>
        <Notice>
          <p class="mb-0">
            {t(
              text(
                '下文以占位文字〔……〕和零值代替具体约定，按“付费、非排他、自签署之日起生效”展示。合同发起时由系统填入实际内容。',
                'Placeholders 〔…〕 and zeros stand for what the parties agree; shown as paid, not exclusive, in effect on signature. A real contract is filled in by the service.',
              ),
            )}
          </p>
        </Notice>
        <Tabs
          of={[
            {
              href: `${here}?text=zh`,
              words: t(text('中文（有约束力）', 'Chinese (binding)')),
              isHere: language === 'zh-CN',
            },
            {
              href: `${here}?text=en`,
              words: t(text('英文（供阅读）', 'English (for reading)')),
              isHere: language === 'en',
            },
          ]}
        />
        <article class="card card-body" data-words="data">
          <Prose markdown={markdown} language={language} />
        </article>
      </div>
      <div>
        <Card title={t(text('这份文本', 'This text'))}>
          <p>{t(meta.label)}</p>
          <Facts
            of={[
              [t(text('代码', 'Code')), <code key="code">{meta.code}</code>],
              [t(text('版本', 'Version')), meta.version],
              [t(text('模板摘要', 'Digest')), <Copyable key="hash">{hash}</Copyable>],
            ]}
          />
          <p class="mt-2 mb-0">
            {t(
              text(
                '摘要覆盖两种语言的文本和要素定义；每份合同都写明所用模板的摘要，使用过的版本不再修改。',
                'The digest covers both texts and the definition of the terms. Each contract states it, and a version in use is never edited.',
              ),
            )}
          </p>
          <p class="mt-2 mb-0">
            <a href={`/api/v1/model-contracts/${meta.code}/${meta.version}`}>
              {t(text('原始文本与要素定义（JSON）', 'Source texts and schema (JSON)'))}
            </a>
          </p>
        </Card>
        <Blanks schema={schema} />
      </div>
    </div>
  )
}

async function shown(rx: Rx, code: string, version: string, language: 'zh-CN' | 'en'): Promise<Shown> {
  const template = await modelContractOf(code, version)
  // a text whose terms are others than these is shown as it lies there
  if (template.validate(specimen).length > 0) {
    const source = await sourceOf(template)
    return { template, language, markdown: language === 'en' ? source.en : source.zh }
  }
  const row = { templateCode: code, templateVersion: version, terms: specimen, number: '〔合同编号〕' }
  return { template, language, markdown: await renderText(rx, row, language) }
}

export const modelPages: Route[] = [
  page({
    at: 'GET /model-contracts',
    operation: 'showModelContracts',
    permission: 'model-contract.read',
    summary: text('合同示范文本', 'Model contracts'),
    run: async () => {
      const templates = await listModelContracts()
      return {
        title: text('合同示范文本', 'Model contracts'),
        lead: text(
          '交易双方在这些文本的基础上签约。每个版本都有摘要，旧版本一直保留。',
          'Parties contract on these texts. Every version has its digest, and old ones are kept.',
        ),
        body: <List of={templates} />,
      }
    },
  }),
  page({
    at: 'GET /model-contracts/:code/:version',
    operation: 'showModelContract',
    permission: 'model-contract.read',
    summary: text('合同示范文本', 'A model contract'),
    params: { code: Type.String({ maxLength: 80 }), version: Type.String({ maxLength: 20 }) },
    query: { text: Type.Optional(Type.String({ enum: ['zh', 'en'] })) },
    run: async (rx, { params, query }, reader) => {
      const isEnglish = query.text ? query.text === 'en' : reader.language === 'en'
      const found = await shown(rx, params.code, params.version, isEnglish ? 'en' : 'zh-CN')
      return {
        title: found.template.meta.title,
        trail: [['/model-contracts', text('合同示范文本', 'Model contracts')]],
        body: <Model of={found} />,
      }
    },
  }),
]
