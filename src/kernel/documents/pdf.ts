import { renderContract } from './contract.ts'
import { renderNotice } from './notice.ts'
import { renderReport } from './report.ts'
import { assertPrintableSpec, type DocumentSpec } from './specs.ts'

/**
 * Makes the PDF of a contract, certificate, receipt or report: embedded font, no script, no link, the same bytes for the same
 * spec. CPU-bound (tens of milliseconds): the service calls it through the renderer's worker thread.
 * @throws missing-glyph, forbidden-character (422) naming the character and the place; never prints a blank instead.
 */
export async function renderPdf(spec: DocumentSpec): Promise<Buffer> {
  assertPrintableSpec(spec)
  if (spec.kind === 'report') return renderReport(spec)
  return spec.kind === 'contract' ? renderContract(spec) : renderNotice(spec)
}
