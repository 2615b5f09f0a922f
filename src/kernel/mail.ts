import { createTransport } from 'nodemailer'

/** The SMTP server, with its account where it wants one, and who e-mail comes from. */
export interface MailSettings {
  /** `smtp://host:25`, `smtps://user:password@host:465` */
  readonly url: string
  readonly from: string
}

/** A message in plain text. */
export interface Letter {
  /** stays the same over all attempts: a server or reader that got it twice knows it */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Hands messages to an SMTP server. */
export interface Mailer {
  /** Resolves once the server has taken it. @throws MailRefused */
  send(letter: Letter): Promise<void>
  close(): void
}

/** The server did not take a message; `isFinal` when it said that it never will (5xx to the message or its recipient). */
export class MailRefused extends Error {
  readonly isFinal: boolean
  constructor(message: string, isFinal: boolean) {
    super(message)
    this.isFinal = isFinal
  }
}

const short = 20_000
/** Refusals of the account are for the operator to mend, not the fate of this message. */
const ofAccount = new Set(['EAUTH', 'ECONNECTION', 'ETLS', 'EDNS', 'ETIMEDOUT', 'ESOCKET'])

function refusalOf(error: unknown): MailRefused {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message: string }
  const isFinal = responseCode !== undefined && responseCode >= 500 && !ofAccount.has(code ?? '')
  return new MailRefused(message.slice(0, 500), isFinal)
}

/** A mailer over one pooled connection; nothing is sent until the first message. */
export function createMailer({ url, from }: MailSettings): Mailer {
  const transport = createTransport(
    { url, pool: true, maxConnections: 1, connectionTimeout: short, greetingTimeout: short, socketTimeout: short },
    { from },
  )
  const host = /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost'
  return {
    async send({ id, to, subject, text }) {
      try {
        await transport.sendMail({
          messageId: `<${id}@${host}>`,
          to,
          subject,
          text,
          textEncoding: 'base64',
          // answered by machines with silence: no out-of-office letters to the exchange
          headers: { 'auto-submitted': 'auto-generated' },
        })
      } catch (error) {
        throw refusalOf(error)
      }
    },
    close: () => transport.close(),
  }
}
