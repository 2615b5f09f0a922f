import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { openOwnVersion, type Quality, qualityOf } from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Notice, Said, Stat, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { type Asked, asked, dataTrail, Refusal, Views } from './parts.tsx'

type Point = Quality['points'][number]

function Standing({ of }: { of: Point }) {
  const t = useWords()
  if (of.most === 0) return <Badge>{t(text('未判断', 'Not judged'))}</Badge>
  if (of.points === of.most) return <Badge tone="good">{t(text('满分', 'Full'))}</Badge>
  return <Badge tone={of.points * 2 < of.most ? 'bad' : 'warn'}>{t(text('可改进', 'Could be better'))}</Badge>
}

function Points({ of, id }: { of: Quality; id: string }) {
  const t = useWords()
  const { can } = useReader()
  const remedies = of.points.filter(({ remedy }) => remedy !== null)
  return (
    <>
      <div class="stats">
        <Stat label={t(text('得分', 'Score'))} note={t(text('各项得分直接相加', 'The plain sum of the points'))}>
          {of.score} / {of.most}
        </Stat>
        <Stat label={t(text('可以改进', 'Could be better'))}>{remedies.length}</Stat>
      </div>
      <Table
        caption={t(text('由完整文件数出', 'Counted in the whole file'))}
        nums={[2]}
        head={[
          t(text('方面', 'Point')),
          t(text('情况', 'Standing')),
          t(text('得分', 'Points')),
          t(text('发现', 'What was found')),
        ]}
        rows={of.points.map(point => [
          <div key="title">
            <strong>{t(point.title)}</strong>
            <div class="text-secondary">{t(point.meaning)}</div>
          </div>,
          <Standing key="standing" of={point} />,
          point.most === 0 ? '—' : `${point.points} / ${point.most}`,
          <Said key="finding">{t(point.finding)}</Said>,
        ])}
      />
      <div class="mt-3">
        {remedies.length > 0 ? (
          <Card title={t(text('怎样改进', 'What to do'))}>
            <ul class="mb-0">
              {remedies.map(({ code, title, remedy }) => (
                <li key={code}>
                  {t(title)}
                  {t(text('：', ': '))}
                  {remedy && t(remedy)}
                  {code === 'documented' && can('product.read-draft') && (
                    <>
                      {' '}
                      <a href={`/vendor/versions/${id}#columns`}>{t(text('填写字段说明', 'Describe the columns'))}</a>
                    </>
                  )}
                </li>
              ))}
            </ul>
          </Card>
        ) : (
          <Notice tone="good" title={t(text('没有需要改进的地方', 'Nothing needs to be done'))} />
        )}
      </div>
    </>
  )
}

function QualityPage({ id, of }: { id: string; of: Asked<Quality> }) {
  return (
    <>
      <Views id={id} at="/quality" />
      {'found' in of ? <Points of={of.found} id={id} /> : <Refusal of={of.refusal} />}
    </>
  )
}

export const qualityPages: Route[] = [
  page({
    at: 'GET /data-versions/:id/quality',
    operation: 'showQuality',
    permission: 'data-version.read',
    summary: text('数据版本的质量', 'The quality of a data version'),
    params: { id: Id },
    ahead: async ({ engine, actor }, { params }) => {
      const { name, of, now } = await engine.read(actor, async rx => {
        const opened = await openOwnVersion(rx, params.id)
        return { name: opened.version.fileName, of: opened, now: rx.now }
      })
      return { name, quality: await asked(() => qualityOf(engine.kit, actor, of, now)) }
    },
    run: (_rx, { params }, _reader, { name, quality }) => ({
      title: text(`${name}：质量`, `${name}: quality`),
      lead: text(
        '每一项说明怎样得分、发现了什么、怎样改进。',
        'Each point says how it is counted, what was found, and what to do.',
      ),
      trail: [dataTrail, [`/data-versions/${params.id}`, text(name, name)]],
      body: <QualityPage id={params.id} of={quality} />,
    }),
  }),
]
