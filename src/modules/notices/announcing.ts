import { readAnnouncement } from '../bulletin/index.ts'
import { verifiedOrganizationIds } from '../identity/index.ts'
import { type Hear, idIn } from './draft.ts'

/** What the exchange announces concerns everyone who trades on it: each person once, whatever they are a member of. */
export const announcing: Readonly<Record<string, Hear>> = {
  'bulletin.announcement-published': async (cx, payload) => {
    const { id, state, titleZh, titleEn } = await readAnnouncement(cx, idIn(payload, 'announcementId'))
    if (state !== 'published') return []
    return (await verifiedOrganizationIds(cx)).map(to => ({
      kind: 'announcement.published',
      to,
      subject: ['announcement', id],
      href: `/announcements/${id}`,
      params: { product: titleZh, productEn: titleEn },
    }))
  },
}
