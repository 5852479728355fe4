import { type Inbox, PostgresInbox } from '@waybill/idempotency';
import type { Logger } from '@waybill/outbox';
import { z } from 'zod';
import { type BodyOf, defineQueue, defineTask } from '../contract/index.js';
import type { Handler, HandlerContext, Registration } from '../handling/index.js';
import { ParkedEvents } from './parked-events.js';

export const RELEASE_PARKED = 'waybill.ReleaseParked.v1';

/** The queue on which a consumer group receives decisions about the events that it dead-lettered. */
export const parkedQueueOf = (group: string): string => `${group}.parked`;

/** Lets go of an event that the group has given up, and with it of what waits behind it for the same key. */
export const releaseParkedOf = (group: string) =>
  defineTask({
    type: RELEASE_PARKED,
    queue: defineQueue({ name: parkedQueueOf(group) }),
    subject: ({ messageId }) => messageId,
    schema: z.object({
      /** The event's topic. */
      source: z.string(),
      messageId: z.string(),
      key: z.string().nullable(),
      /** `resubmit` handles it as if it had never failed; `discard` goes on without it. */
      action: z.enum(['resubmit', 'discard']),
      /** What is handled in place of the event's own bytes. */
      body: z.base64().optional(),
      /** The operator. */
      by: z.string(),
    }),
  });

export type ReleaseParked = BodyOf<ReturnType<typeof releaseParkedOf>>;

/** Told twice, or of an event that does not wait, it does nothing. */
export class ReleaseParkedHandler implements Handler<ReturnType<typeof releaseParkedOf>> {
  private readonly parked: ParkedEvents;
  private readonly inbox: Inbox = new PostgresInbox();

  constructor(
    private readonly group: string,
    private readonly logger: Logger,
  ) {
    this.parked = new ParkedEvents(group);
  }

  async handle({ source, messageId, action, body, by }: ReleaseParked, { tx }: HandlerContext): Promise<void> {
    const decision = { source, messageId, action, by };
    const event = await this.parked.lockDeadLettered(tx, source, messageId);
    if (!event) return this.logger.info(decision, 'nothing is released: the event does not wait for a decision');

    if (action === 'resubmit') {
      await this.parked.resubmit(tx, event.position, body === undefined ? undefined : Buffer.from(body, 'base64'));
    } else {
      // Should its topic deliver it again, it is known: nobody is asked twice.
      await this.inbox.firstTime(tx, { consumer: this.group, messageId });
      await this.parked.remove(tx, event.position);
    }
    this.logger.info(decision, 'a parked event is released');
  }
}

/** For the consumer of the group's own queue. */
export function releaseParkedRegistration(group: string, logger: Logger): Registration {
  return { contract: releaseParkedOf(group), options: {}, handler: new ReleaseParkedHandler(group, logger) };
}
