import type { OnApplicationShutdown } from '@nestjs/common';
import { BusinessRejection } from '@waybill/messaging';
import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from '../domain/mail.js';

const SECOND = 1_000;

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

  /** Resolves when the server has taken the mail. A mail it will never take (5yz, RFC 5321) is a business rejection. */
  async send(mail: Mail, headers: Record<string, string>): Promise<void> {
    try {
      await this.transport.sendMail({ ...mail, from: this.from, headers });
    } catch (error) {
      const { responseCode = 0, message } = error as Error & { responseCode?: number };
      if (responseCode >= 500) throw new BusinessRejection(message);
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}
