import { SendEmail } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Database } from '@waybill/platform';
import { mailOf } from '../domain/mail.js';
import { MailQueue } from '../persistence/mail-queue.js';
import { MailSender } from './mail-sender.js';

/**
 * Records the mail for the sender. Its row makes a repetition change nothing, until the mail is a dead letter: then the
 * resubmitted task, which has the same id, is a new request. So it needs no inbox.
 */
@Handles(SendEmail, { transaction: false })
export class SendEmailHandler implements Handler<typeof SendEmail> {
  constructor(
    private readonly database: Database,
    private readonly queue: MailQueue,
    private readonly sender: MailSender,
  ) {}

  async handle(request: SendEmail, { message }: HandlerContext): Promise<void> {
    await this.queue.add(this.database.autocommit, message.id, request, mailOf(request));
    this.sender.wake();
  }
}
