import pino, { type Logger } from 'pino'

/** Parameters of addresses whose value is a secret (signed downloads). */
const secretParameters = /([?&](?:signature|sig|token|grant)=)[^&]*/gi

/** The process' logger: JSON lines with request ids, and no secret in them. */
export function newLogger(level: string): Logger {
  return pino({
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
        url: String(request.url).replace(secretParameters, '$1•••'),
        remoteAddress: request.socket?.remoteAddress ?? request.remoteAddress,
      }),
      err: pino.stdSerializers.err,
    },
  })
}
