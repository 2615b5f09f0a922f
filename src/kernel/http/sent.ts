import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { invalidInput, unsupportedMedia } from '../problem.ts'
import { text } from '../text.ts'

/** A file as a request brings it; the name is the sender's and not to be trusted. */
export interface SentFile {
  readonly source: Readable
  readonly fileName: string
}

/**
 * The file in a request: the one file part of a form, or the bare body with `?fileName=`. The stream ends after
 * `maxBytes` and one more, by which the reader knows that it was too large. @throws invalid-input, unsupported-media
 */
export async function sentFile(request: FastifyRequest, maxBytes: number): Promise<SentFile> {
  if (request.isMultipart()) {
    const part = await request.file({ limits: { fileSize: maxBytes + 1, files: 1, fields: 20, parts: 21 } })
    if (part) return { source: part.file, fileName: part.filename ?? '' }
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/file',
          message: text('表单中没有文件', 'the form has no file'),
          remedy: text('在名为 file 的部分中发送文件', 'send the file in a part named file'),
        },
      ],
    })
  }
  const { fileName } = request.query as { fileName?: string }
  const body = request.body as Readable | undefined
  if (body && typeof body.pipe === 'function') return { source: body, fileName: fileName ?? '' }
  throw unsupportedMedia(
    text(
      '请以 multipart/form-data 发送，或以 application/octet-stream 发送并带上 ?fileName=。',
      'Send multipart/form-data, or application/octet-stream with ?fileName=.',
    ),
  )
}
