import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from '../domain/mail.js';
import type { MailOutcome } from '../domain/retry.js';

const CONNECT_TIMEOUT = 30_000;
/** Characters of a reply. */
const REPLY_LENGTH = 500;

interface SmtpError {
  code?: string;
  message: string;
  response?: string;
  responseCode?: number;
}

/** nodemailer's codes for what concerns this mail: replies to MAIL, RCPT and DATA. All others concern the connection. */
const MAIL_ERRORS: (string | undefined)[] = ['EENVELOPE', 'EMESSAGE'];
/** The server closes the connection; a reply to any command. */
const CLOSING = 421;

export interface MailerOptions {
  url: string;
  from: string;
  /** Milliseconds. */
  greetingTimeout: number;
  replyTimeout: number;
}

/**
 * Sends mails over SMTP, each on a connection of its own: a pooled one may have been closed by the server, and nodemailer's
 * pool would then send the mail again by itself.
 */
export class Mailer {
  private readonly transport: Transporter;
  private readonly from: string;

  constructor({ url, from, greetingTimeout, replyTimeout }: MailerOptions) {
    this.from = from;
    this.transport = createTransport({
      url,
      // nodemailer counts the greeting in.
      connectionTimeout: CONNECT_TIMEOUT + greetingTimeout,
      greetingTimeout,
      socketTimeout: replyTimeout,
    } as Parameters<typeof createTransport>[0]);
  }

  /** Never rejects. Takes as long as the server does. */
  async send({ to, ...mail }: Mail, headers: Record<string, string>): Promise<MailOutcome> {
    try {
      // As an object, so that an address with a comma stays one.
      await this.transport.sendMail({ ...mail, to: { name: '', address: to }, from: this.from, headers });
      return { kind: 'accepted' };
    } catch (error) {
      return outcomeOf(error as SmtpError);
    }
  }
}

/** By the reply's code, and where in the dialogue it came; never by its text, which is the server's. */
export function outcomeOf({ code, message, response, responseCode }: SmtpError): MailOutcome {
  const reply = printable(response ?? `${code ?? 'failed'}: ${message}`);
  if (!MAIL_ERRORS.includes(code) || responseCode === CLOSING) return { kind: 'unavailable', reply };
  // Without a reply it was nodemailer that rejected it: no server can be given such an address.
  if (!responseCode || responseCode >= 500) return { kind: 'rejected', reply };
  return { kind: 'deferred', reply };
}

const printable = (reply: string): string => reply.slice(0, REPLY_LENGTH).replace(/\p{C}+/gu, ' ');
