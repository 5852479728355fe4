import type { OnApplicationShutdown } from '@nestjs/common';
import { BusinessRejection } from '@waybill/messaging';
import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from '../domain/mail.js';

const SECOND = 1_000;

type SmtpError = Error & { code?: string; responseCode?: number };

/** nodemailer's codes for replies to MAIL, RCPT and DATA. The others concern the connection. */
const MAIL_ERRORS = ['EENVELOPE', 'EMESSAGE'];
/** The server is shutting down; a reply to any command. */
const CLOSING = 421;

/** Sends mails over SMTP. */
export class Mailer implements OnApplicationShutdown {
  private readonly transport: Transporter;

  constructor(
    url: string,
    private readonly from: string,
  ) {
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: 4,
      connectionTimeout: 3 * SECOND,
      greetingTimeout: 3 * SECOND,
      socketTimeout: 10 * SECOND,
    } as Parameters<typeof createTransport>[0]);
  }

  /**
   * Resolves when the server has accepted the mail. A mail that it will never accept (5yz, RFC 5321) is a business
   * rejection. A server that accepts no mail at all (4yz or 5yz to the connection or the login, 421 at any time) is
   * unavailable, whatever the mail.
   */
  async send(mail: Mail, headers: Record<string, string>): Promise<void> {
    try {
      await this.transport.sendMail({ ...mail, from: this.from, headers });
    } catch (error) {
      const { code = '', responseCode = 0, message } = error as SmtpError;
      if (!responseCode) throw error;
      if (!MAIL_ERRORS.includes(code) || responseCode === CLOSING) throw unavailable(message, error);
      if (responseCode >= 500) throw new BusinessRejection(message);
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}

/** With the code of a refused connection, by which the consumer pauses until the server is available. */
const unavailable = (message: string, cause: unknown) =>
  Object.assign(new Error(message, { cause }), { code: 'ECONNREFUSED' });
