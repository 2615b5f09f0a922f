import pino, { type Logger } from 'pino'

/** Parameters of addresses whose value is a secret (signed downloads, tokens put where they do not belong). */
const secretParameters = /([?&][^=&]*(?:signature|sig|token|grant|password|secret|authorization)[^=&]*=)[^&]*/gi

/** The part of a download's address that lets its holder fetch the data. */
const secretPath = /(\/downloads\/)[^/?]+/gi

const clean = (url: string) => url.replace(secretParameters, '$1•••').replace(secretPath, '$1•••')

/**
 * What drizzle puts behind a failed statement: its values, among them hashes, names, addresses and whole texts with
 * lines of their own. They end where the stack begins.
 */
const values = /\nparams:[\s\S]*?(?=\n {4}at |$)/g

type Serialized = Record<string, unknown> & { message: string; stack: string }

/** An error as pino writes it, without the values of the statement that failed. */
function errorLine(error: Error): unknown {
  const line = pino.stdSerializers.err(error) as unknown as Serialized
  if (typeof line !== 'object' || line === null || typeof line.stack !== 'string') return line
  const { params: _, parameters: __, args: ___, detail: ____, ...rest } = line
  return { ...rest, message: line.message.replace(values, ''), stack: line.stack.replace(values, '') }
}

/** The process' logger: JSON lines with request ids, and no secret in them. `stream` is where tests look. */
export function newLogger(level: string, stream?: { write(line: string): void }): Logger {
  const options: pino.LoggerOptions = {
    level,
    redact: {
      paths: [
        'req.headers.authorization',
        'req.headers.cookie',
        'headers.authorization',
        'headers.cookie',
        '*.password',
        '*.newPassword',
        '*.refreshToken',
        '*.accessToken',
        '*.token',
      ],
      censor: '•••',
    },
    serializers: {
      req: request => ({
        method: request.method,
        url: clean(String(request.url)),
        remoteAddress: request.socket?.remoteAddress ?? request.remoteAddress,
      }),
      err: errorLine,
    },
  }
  return stream ? pino(options, stream) : pino(options)
}
