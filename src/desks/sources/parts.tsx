import { type Text, text } from '../../kernel/text.ts'
import {
  type DataElement,
  type ItemSource,
  type SourceLine,
  type SourceState,
  sourceMachine,
} from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Name, State, Table, type Tone } from '../../web/parts.tsx'
import { Place } from '../operator/parts.tsx'
import { Data } from '../public/parts.tsx'

const tones: Partial<Record<SourceState, Tone>> = {
  proposed: 'info',
  disputed: 'warn',
  ready: 'info',
  in_force: 'good',
  vacant: 'bad',
}

/** The state of a source in words and colour. */
export const SourceBadge = ({ state }: { state: string }) => (
  <State machine={sourceMachine} state={state as SourceState} tones={tones} />
)

export const elementName = ({ nameZh, nameEn }: DataElement): Text => text(nameZh, nameEn)

/** A data element, leading to its page. */
export function ElementLink({ of }: { of: DataElement }) {
  const t = useWords()
  return <a href={`/sources/${of.code}`}>{t(elementName(of))}</a>
}

/** The entry and its item that a source is, with the institution whose it is. */
export function SourceOf({ of }: { of: SourceLine }) {
  const t = useWords()
  return (
    <>
      <Name zh={of.institution} en={of.institutionEn} />
      {t(text('：', ': '))}
      <a href={`/resources/${of.entryId}`}>
        <Name zh={of.entryName} en={of.entryNameEn} />
      </a>
      {' · '}
      <Data>{of.itemName}</Data>
      {of.isLate && (
        <>
          {' '}
          <Badge tone="bad">{t(text('更新已逾期', 'Update overdue'))}</Badge>
        </>
      )}
    </>
  )
}

function Standing({ of }: { of: ItemSource }) {
  const t = useWords()
  if (of.isSource)
    return (
      <span class="row-gap">
        <Badge tone="good">{t(text('本信息项是权威来源', 'This item is the authoritative source'))}</Badge>
        {of.source?.isLate && <Badge tone="bad">{t(text('更新已逾期', 'Update overdue'))}</Badge>}
      </span>
    )
  if (of.source === null)
    return (
      <span class="row-gap">
        <Badge>{t(text('尚无权威来源', 'No source yet'))}</Badge>
        {of.open && (
          <Badge tone="info">
            {t(text(`“${of.open.institution}”申报中`, `Proposed by ${of.open.institutionEn ?? of.open.institution}`))}
          </Badge>
        )}
      </span>
    )
  return (
    <>
      <Badge tone="warn">{t(text('本信息项不是权威来源', 'This item is not the source'))}</Badge>
      <br />
      {t(text('权威来源：', 'Authoritative source: '))}
      <SourceOf of={of.source} /> (<Place code={of.source.division} />)
    </>
  )
}

/** The items of an entry that carry a data element, and whether each is its authoritative source (Art 24 ¶1). */
export function ItemSources({ of, isOwn }: { of: readonly ItemSource[]; isOwn?: boolean }) {
  const t = useWords()
  const { can } = useReader()
  if (of.length === 0) return null
  const offers = isOwn && can('source.propose')
  return (
    <Card title={t(text('一数一源', 'One source per datum'))} id="sources">
      <Table
        caption={t(text('信息项的权威来源', 'Authoritative sources of the items'))}
        head={[
          t(text('信息项', 'Item')),
          t(text('数据元', 'Data element')),
          t(text('权威来源', 'Authoritative source')),
          ...(offers ? [t(text('办理', 'To do'))] : []),
        ]}
        rows={of.map(each => [
          <Data key="item">{each.item.itemName}</Data>,
          <span key="element">
            <ElementLink of={each.element} />
            {!each.isConfirmed && (
              <>
                <br />
                <span class="text-secondary">
                  {t(text('系统识别：', 'Recognised: '))}
                  {t(each.because)}
                </span>
              </>
            )}
          </span>,
          <Standing key="standing" of={each} />,
          ...(offers ? [<Offer key="offer" of={each} />] : []),
        ])}
      />
    </Card>
  )
}

function Offer({ of: { item, element, isSource, open } }: { of: ItemSource }) {
  const t = useWords()
  if (isSource) return <>—</>
  if (open) return <a href={`/source-proposals/${open.id}`}>{t(text('查看申报', 'See the proposal'))}</a>
  const query = new URLSearchParams({ entry: item.entryId, item: item.itemName, element: element.code })
  return <a href={`/institution/sources/new?${query}`}>{t(text('申报或更正', 'Propose or correct'))}</a>
}
