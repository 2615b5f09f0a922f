import { organizationOf } from '../identity/index.ts'
import { entryLabel, labelOfEntry, tryLabel } from '../resources/index.ts'
import { type Hear, idIn, named, operatorId } from './draft.ts'
import type { Kind } from './words.ts'

/** What each move of a catalog entry means: to reviewers, or to its institution. */
const moves: Readonly<Record<string, readonly ['staff' | 'own', Kind]>> = {
  submit: ['staff', 'resource.submitted'],
  return: ['own', 'resource.returned'],
  publish: ['own', 'resource.published'],
  withdraw: ['own', 'resource.withdrawn'],
}

const entryMoved: Hear = async (cx, payload) => {
  const found = moves[String(payload.move)]
  if (!found) return []
  const { entry, version } = await entryLabel(cx, idIn(payload, 'versionId'))
  if (version.state !== payload.to) return []
  const [whom, kind] = found
  const institution = await organizationOf(cx, entry.organizationId)
  return [
    {
      kind,
      to: whom === 'staff' ? await operatorId(cx) : institution.id,
      subject: ['resource', entry.id],
      href: `/${whom === 'staff' ? 'operator' : 'institution'}/resources/${version.id}`,
      params: {
        number: entry.code,
        product: version.nameZh,
        productEn: version.nameEn,
        ...named(institution),
        reason: version.reason,
      },
    },
  ]
}

/** What a try to fetch an entry's data means to its institution. */
const fetched =
  (kind: Kind): Hear =>
  async (cx, payload) => {
    const { pull, try: of } = await tryLabel(cx, idIn(payload, 'tryId'))
    const { version } = await labelOfEntry(cx, pull.entryId)
    const isNew = kind === 'pull.changed'
    const reason = of.refusal?.zh ?? of.failure?.message.zh ?? null
    return [
      {
        kind,
        to: pull.organizationId,
        subject: ['resource', pull.entryId],
        href: isNew ? `/data-versions/${of.dataVersionId}` : `/institution/resources/${version.id}/pull`,
        params: { product: version.nameZh, productEn: version.nameEn, ...(!isNew && { reason }) },
      },
    ]
  }

/** Many entries that were handed in together: reviewers are told once. */
const entriesSubmitted: Hear = async (cx, payload) => {
  const { entry } = await entryLabel(cx, idIn(payload, 'versionId'))
  const institution = await organizationOf(cx, entry.organizationId)
  return [
    {
      kind: 'resource.submitted-many',
      to: await operatorId(cx),
      subject: ['resource', entry.id],
      href: '/operator/resources?state=submitted',
      params: { number: String(payload.count), ...named(institution) },
    },
  ]
}

export const cataloguing: Readonly<Record<string, Hear>> = {
  'resources.entry-moved': entryMoved,
  'resources.entries-submitted': entriesSubmitted,
  'resources.pull-changed': fetched('pull.changed'),
  'resources.pull-halted': fetched('pull.halted'),
  'resources.pull-refused': fetched('pull.refused'),
}
