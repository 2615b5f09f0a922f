import type { Rx } from '../../kernel/command.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import {
  type ListingFile,
  type ListingState,
  listingMachine,
  listingOf,
  type Review,
  readChecklist,
  reviewTitle,
} from '../../modules/catalog/index.ts'
import { type Organization, organizationOf, personNames } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Bytes, Card, Count, Facts, Moment, Name, Notice, State, Table, type Tone } from '../../web/parts.tsx'
import { PlanPrice } from '../price.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { ListingDecision } from './decision.tsx'
import { Due, deskTrail, Verdict } from './parts.tsx'

/** All that a reviewer has before them. */
export interface ReviewFile {
  readonly file: ListingFile
  readonly review: Review
  readonly vendor: Organization
  readonly names: ReadonlyMap<string, string>
  readonly timeline: TimelineFacts
  readonly now: Date
  /** the grade asks for a separate confirmation of its approval */
  readonly needsApproval: boolean
}

const tones: Partial<Record<ListingState, Tone>> = {
  supplementing: 'warn',
  approved: 'good',
  listed: 'good',
  suspended: 'warn',
  rejected: 'bad',
}

function Evidence({ of: { items } }: { of: Review }) {
  const t = useWords()
  return (
    <Card title={t(text('审核要点与证据', 'What to go through, with the evidence'))}>
      <div class="stack">
        {items.map(item => (
          <section key={item.code} id={`point-${item.code}`}>
            <h3 class="row-gap mb-1">
              {t(item.title)} <Verdict of={item.verdict} />
            </h3>
            <ul class="mb-1">
              {item.evidence.map(each => (
                <li key={each.en} class="text-break">
                  {t(each)}
                </li>
              ))}
              {item.findings.map(each => (
                <li key={each.pointer + each.message.en} class="text-break">
                  <strong>{t(text('预检提示：', 'Pre-check: '))}</strong>
                  {t(each.message)}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Card>
  )
}

function Dictionary({ of: { version } }: { of: ListingFile }) {
  const t = useWords()
  const facts = version.facts
  if (!facts) return null
  return (
    <Card title={t(text('数据字典', 'Data dictionary'))}>
      <p class="text-secondary">
        {facts.fileName} · <Count of={facts.rows} /> {t(text('行', 'rows'))} · <Bytes of={facts.bytes} />
      </p>
      <Table
        head={[
          t(text('列', 'Column')),
          t(text('类型', 'Type')),
          t(text('单位', 'Unit')),
          t(text('含义', 'Meaning')),
          t(text('空值', 'Empty')),
          t(text('不同值', 'Distinct')),
          t(text('范围', 'Range')),
          t(text('公开', 'Public')),
        ]}
        nums={[4, 5]}
        rows={facts.columns.map(column => [
          <strong class="text-nowrap">{column.name}</strong>,
          column.type,
          column.unit ?? '—',
          column.meaning ?? '—',
          <Count of={column.nullCount} />,
          <Count of={column.distinctCount} />,
          column.min === null ? '—' : `${column.min} – ${column.max}`,
          <span class="text-nowrap">{column.isSensitive ? t(text('隐去', 'Hidden')) : t(text('公开', 'Shown'))}</span>,
        ])}
      />
    </Card>
  )
}

function Sample({ of: { version } }: { of: ListingFile }) {
  const t = useWords()
  const facts = version.facts
  if (!facts || facts.sample.length === 0) return null
  return (
    <Card title={t(text('样例（未隐去）', 'Sample (nothing hidden)'))}>
      <Table
        head={facts.columns.map(column => (
          <span data-words="data" lang="zh-CN">
            {column.name}
          </span>
        ))}
        rows={facts.sample.slice(0, 10).map(row => row.map(cell => cell ?? '—'))}
      />
    </Card>
  )
}

function Price({ of: { plans } }: { of: ListingFile }) {
  const { language } = useReader()
  return (
    <Facts
      of={plans.map(plan => [
        language === 'en' ? (plan.nameEn ?? plan.nameZh) : plan.nameZh,
        <PlanPrice key={plan.id} of={plan} />,
      ])}
    />
  )
}

const decisionWords = {
  pass: text('审核通过', 'Passed'),
  return: text('退回补正', 'Returned'),
  refuse: text('不予挂牌', 'Refused'),
} as const

function Decisions({ of: { review, names } }: { of: ReviewFile }) {
  const t = useWords()
  if (review.decisions.length === 0) return null
  return (
    <Card title={t(text('审核记录', 'Decisions'))}>
      <ol class="course">
        {review.decisions.map(row => {
          const open = row.points.filter(point => !point.isChecked)
          return (
            <li key={row.id}>
              <p class="course-what">{t(decisionWords[row.decision as keyof typeof decisionWords])}</p>
              <p class="course-when">
                <Moment at={row.decidedAt} /> · {names.get(row.reviewedBy) ?? '—'} · {row.rulePack}
              </p>
              <p class="course-why">{row.opinion}</p>
              <p class="course-why">
                {open.length === 0
                  ? t(text(`${row.points.length} 项要点全部确认`, `all ${row.points.length} points confirmed`))
                  : t(
                      text(
                        `未确认：${open.map(point => reviewTitle(point.code as never).zh).join('、')}`,
                        `not confirmed: ${open.map(point => reviewTitle(point.code as never).en).join(', ')}`,
                      ),
                    )}
              </p>
            </li>
          )
        })}
      </ol>
    </Card>
  )
}

function Side({ of }: { of: ReviewFile }) {
  const t = useWords()
  const { file, vendor, now } = of
  const { listing, version, product } = file
  return (
    <div>
      <Card title={t(text('办理', 'Decide'))}>
        <Facts
          of={[
            [
              t(text('状态', 'State')),
              <State machine={listingMachine} state={listing.state as ListingState} tones={tones} />,
            ],
            [t(text('期限', 'Due')), <Due at={listing.dueAt} now={now} isProvisional={listing.isDueProvisional} />],
          ]}
        />
        <hr class="my-3" />
        <ListingDecision of={of} />
      </Card>
      <Card title={t(text('供方与价格', 'Vendor and price'))}>
        <Facts
          of={[
            [
              t(text('供方', 'Vendor')),
              <a href={`/operator/organizations/${vendor.id}`}>
                <Name zh={vendor.nameZh} en={vendor.nameEn} />
              </a>,
            ],
            [t(text('产品编号', 'Product')), <code>{product.number}</code>],
            [t(text('版本', 'Version')), `${version.versionNo}`],
            [t(text('挂牌编号', 'Listing')), <code>{listing.number}</code>],
            [t(text('提交', 'Submitted')), <Moment at={listing.submittedAt} />],
          ]}
        />
        <hr class="my-3" />
        <Price of={file} />
      </Card>
      <Decisions of={of} />
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={of.timeline} />
      </Card>
    </div>
  )
}

function ReviewPage({ of }: { of: ReviewFile }) {
  const t = useWords()
  const { listing } = of.file
  return (
    <>
      {listing.reason && (
        <Notice tone="warn" title={t(text('理由', 'Reason given'))}>
          {listing.reason}
        </Notice>
      )}
      {listing.supplement.length > 0 && (
        <Notice tone="warn" title={t(text('要求补正', 'To be supplemented'))}>
          <ul class="mb-0">
            {listing.supplement.map(item => (
              <li key={item.pointer + item.message}>
                <code>{item.pointer.slice(1)}</code> {item.message}；{item.remedy}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div class="split">
        <div>
          <Evidence of={of.review} />
          <Dictionary of={of.file} />
          <Sample of={of.file} />
        </div>
        <Side of={of} />
      </div>
    </>
  )
}

/** The page on which one listing is reviewed. @throws not-found */
export async function showListing(rx: Rx, id: string) {
  const file = await listingOf(rx, id)
  const review = await readChecklist(rx, id)
  const { listing, version } = file
  const ids = [listing.submittedBy, listing.acceptedBy, listing.reviewedBy].flatMap(each => each ?? [])
  const of: ReviewFile = {
    file,
    review,
    vendor: await organizationOf(rx, listing.vendorId),
    names: await personNames(rx, [...new Set([...ids, ...review.decisions.map(row => row.reviewedBy)])]),
    timeline: await readTimeline(rx, [['listing', id]]),
    now: rx.now,
    needsApproval: rulesAt(rx.now).grades.items.find(item => item.code === version.grade)?.needsRiskReview ?? true,
  }
  return {
    title: text(version.nameZh, version.nameEn ?? version.nameZh),
    trail: deskTrail(['/operator/listings', text('挂牌审核', 'Listing reviews')]),
    body: <ReviewPage of={of} />,
  }
}
