import type { OnApplicationShutdown } from '@nestjs/common';
import { BusinessRejection } from '@waybill/messaging';
import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from '../domain/mail.js';

const SECOND = 1_000;

type SmtpError = Error & { code?: string; responseCode?: number };

/** nodemailer's codes for what is answered to MAIL, RCPT and DATA; the others are about the connection. */
const ABOUT_THE_MAIL = ['EENVELOPE', 'EMESSAGE'];
/** The server is shutting down; it may say so to any command. */
const CLOSING = 421;

/** Hands mails to the SMTP server. */
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
   * Resolves when the server has taken the mail. A mail it will never take (5yz, RFC 5321) is a business rejection. A
   * server that takes no mail at all (4yz or 5yz at the door or to our login, 421 at any time) is away, whatever the mail.
   */
  async send(mail: Mail, headers: Record<string, string>): Promise<void> {
    try {
      await this.transport.sendMail({ ...mail, from: this.from, headers });
    } catch (error) {
      const { code = '', responseCode = 0, message } = error as SmtpError;
      if (!responseCode) throw error;
      if (!ABOUT_THE_MAIL.includes(code) || responseCode === CLOSING) throw away(message, error);
      if (responseCode >= 500) throw new BusinessRejection(message);
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}

/** Said as the system says it of a server that is not there, so that the message waits for it. */
const away = (message: string, cause: unknown) =>
  Object.assign(new Error(message, { cause }), { code: 'ECONNREFUSED' });
