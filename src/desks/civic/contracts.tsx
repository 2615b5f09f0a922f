import { Type } from 'typebox'
import type { Template } from '../../kernel/documents/template.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { listModelContracts, modelContractOf, sourceOf } from '../../modules/contracts/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Copyable, Facts } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Prose } from '../prose.tsx'

function All({ of }: { of: readonly Template[] }) {
  const t = useWords()
  return (
    <div class="columns">
      {of.map(({ meta, hash }) => (
        <Card
          key={`${meta.code}/${meta.version}`}
          title={<a href={`/model-contracts/${meta.code}/${meta.version}`}>{t(meta.title)}</a>}
        >
          <Facts
            of={[
              [t(text('版本', 'Version')), meta.version],
              [t(text('摘要', 'Digest')), <code key="hash">{hash.slice(0, 16)}…</code>],
            ]}
          />
        </Card>
      ))}
    </div>
  )
}

/** Liquid's signs as a reader should see them: where a contract's own words will stand. */
const readable = (source: string, blank: string) =>
  source
    .replace(/\{%-?\s*(?:comment)[\s\S]*?endcomment\s*-?%\}/g, '')
    .replace(/\{%-?[\s\S]*?-?%\}\n?/g, '')
    .replace(/\{\{-?\s*([\w.]+)[^}]*\}\}/g, blank)

function One({ template, source }: { template: Template; source: { zh: string; en: string } }) {
  const t = useWords()
  const { language } = useReader()
  const { meta, hash } = template
  const words = language === 'en' ? source.en : source.zh
  return (
    <>
      <Card>
        <Facts
          of={[
            [t(text('编号', 'Code')), <code key="code">{meta.code}</code>],
            [t(text('版本', 'Version')), meta.version],
            [t(text('文本摘要（SHA-256）', 'Digest of the text (SHA-256)')), <Copyable key="hash">{hash}</Copyable>],
          ]}
        />
        <p class="text-secondary mt-3 mb-0">
          {t(
            text(
              '每份合同都记录其依据的示范文本及摘要；偏离示范文本的条款会逐项标出，供双方和主管部门查看。',
              'Each contract keeps the model text it came from and its digest; every term that deviates from it is marked for both parties and the authority.',
            ),
          )}
        </p>
      </Card>
      <article class="card card-body">
        <Prose markdown={readable(words, '＿＿＿＿')} language={language} />
      </article>
    </>
  )
}

export const routes: Route[] = [
  page({
    at: 'GET /model-contracts',
    operation: 'showModelContracts',
    permission: 'model-contract.read',
    summary: text('示范合同', 'Model contracts'),
    run: async () => {
      const all = await listModelContracts()
      return {
        title: text('合同示范文本', 'Model contracts'),
        lead: text(
          '平台上的合同由这些文本生成。它们参照国家数据局、市场监管总局 2025 年示范文本的结构，以自己的文字编写。',
          'Contracts of the exchange are made from these texts. They follow the structure of the national model texts of 2025, in our own words.',
        ),
        body: <All of={all} />,
      }
    },
  }),
  page({
    at: 'GET /model-contracts/:code/:version',
    operation: 'showModelContract',
    permission: 'model-contract.read',
    summary: text('一份示范合同', 'One model contract'),
    params: { code: Type.String({ maxLength: 60 }), version: Type.String({ maxLength: 20 }) },
    run: async (_rx, { params }) => {
      const template = await modelContractOf(params.code, params.version)
      return {
        title: template.meta.title,
        trail: [['/model-contracts', text('合同示范文本', 'Model contracts')]],
        body: <One template={template} source={await sourceOf(template)} />,
      }
    },
  }),
]
