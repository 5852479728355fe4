import { SendEmail } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { mailOf } from '../domain/mail.js';
import { EmailRepository } from '../persistence/email.repository.js';
import { Mailer } from './mailer.js';

/**
 * Records, sends, then commits. A crash between the last two sends the mail again, with the same Message-ID: SMTP has no
 * transactions, and a duplicate mail is better than none.
 */
@Handles(SendEmail)
export class SendEmailHandler implements Handler<typeof SendEmail> {
  constructor(
    private readonly emails: EmailRepository,
    private readonly mailer: Mailer,
  ) {}

  async handle(request: SendEmail, { tx }: HandlerContext): Promise<void> {
    const mail = mailOf(request);
    if (!(await this.emails.recordFirst(tx, request, mail))) return;
    await this.mailer.send(mail, { 'X-Waybill-Order-Id': request.orderId, 'X-Waybill-Mail-Type': request.type });
  }
}
