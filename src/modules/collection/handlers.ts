import type { Handler } from '../../kernel/events.ts'
import { overtakeBy, recheckForm } from './review.ts'

export const handlers: Handler[] = [
  {
    event: 'resources.entry-moved',
    name: 'collection.compare-published',
    async run(cx, { move, entryId }) {
      if (move === 'publish') await overtakeBy(cx, String(entryId))
      else cx.audit('collection.keep', ['collection-check', String(entryId)], { move })
    },
  },
  {
    event: 'collection.form-registered',
    name: 'collection.compare-registered',
    async run(cx, { formId }) {
      await recheckForm(cx, String(formId))
    },
  },
]
