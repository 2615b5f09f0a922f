import { parentPort } from 'node:worker_threads'
import { Problem } from '../problem.ts'
import { loadFonts } from './fonts.ts'
import { renderPdf } from './pdf.ts'
import type { RenderAnswer, RenderRequest } from './renderer.ts'

// The thread in which documents are set: it keeps both fonts parsed, so that each document costs only its own layout.
loadFonts()

async function answer({ id, spec }: RenderRequest): Promise<RenderAnswer> {
  try {
    return { id, pdf: await renderPdf(spec) }
  } catch (error) {
    if (error instanceof Problem)
      return { id, problem: { slug: error.type.slug, detail: error.detail, errors: error.errors } }
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

parentPort?.on('message', async (request: RenderRequest) => {
  parentPort?.postMessage(await answer(request))
})
