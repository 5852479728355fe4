import { type Inbox, PostgresInbox } from '@waybill/idempotency';
import type { Logger } from '@waybill/outbox';
import { z } from 'zod';
import { type BodyOf, DEFAULT_NAMESPACE, defineQueue, defineTask } from '../contract/index.js';
import { identityOf, storableKey } from '../envelope/index.js';
import type { Handler, HandlerContext, Registration } from '../handling/index.js';
import { ParkedEvents } from './parked-events.js';

/** Type of the task that releases a parked event. */
export const releaseParkedType = (namespace = DEFAULT_NAMESPACE): string => `${namespace}.ReleaseParked.v1`;

/** The queue on which a consumer group receives decisions about the events that it dead-lettered. */
export const parkedQueueOf = (group: string): string => `${group}.parked`;

/** Releases an event that the group has dead-lettered, and with it the events behind it of the same key. */
export const releaseParkedOf = (group: string, namespace?: string) =>
  defineTask({
    type: releaseParkedType(namespace),
    queue: defineQueue({ name: parkedQueueOf(group) }),
    subject: ({ messageId }) => storableKey(messageId),
    schema: z.object({
      /** The event's topic. */
      source: z.string(),
      /** Its CloudEvents source and id; an event without an id is identified by its place. */
      eventSource: z.string(),
      messageId: z.string(),
      key: z.string().nullable(),
      /** `resubmit` handles it as if it had never failed; `discard` drops it. */
      action: z.enum(['resubmit', 'discard']),
      /** Base64 of what is handled in place of the event's own bytes. */
      body: z.base64().optional(),
      /** The operator. */
      by: z.string(),
    }),
  });

export type ReleaseParked = BodyOf<ReturnType<typeof releaseParkedOf>>;

/** Does nothing the second time, or for an event that is not waiting. */
export class ReleaseParkedHandler implements Handler<ReturnType<typeof releaseParkedOf>> {
  private readonly parked: ParkedEvents;
  private readonly inbox: Inbox;

  constructor(
    private readonly group: string,
    private readonly logger: Logger,
    schema?: string,
  ) {
    this.parked = new ParkedEvents(group, schema);
    this.inbox = new PostgresInbox({ schema });
  }

  async handle(
    { source, eventSource, messageId, action, body, by }: ReleaseParked,
    { tx }: HandlerContext,
  ): Promise<void> {
    const decision = { source, messageId, action, by };
    const identity = identityOf({ from: { name: source }, source: eventSource, id: messageId });
    const event = await this.parked.lockDeadLettered(tx, source, identity);
    if (!event) return this.logger.info(decision, 'nothing to release: the event is not waiting for a decision');

    if (action === 'resubmit') {
      await this.parked.resubmit(tx, event, body === undefined ? undefined : Buffer.from(body, 'base64'));
    } else {
      // If its topic redelivers it, the inbox skips it.
      await this.inbox.firstTime(tx, { consumer: this.group, messageId: identity });
      await this.parked.remove(tx, event.position);
    }
    this.logger.info(decision, 'released a parked event');
  }
}

/** Registers the handler on the group's own queue. */
export function releaseParkedRegistration(
  group: string,
  { logger, schema, namespace }: { logger: Logger; schema?: string | undefined; namespace?: string | undefined },
): Registration {
  const handler = new ReleaseParkedHandler(group, logger, schema);
  return { contract: releaseParkedOf(group, namespace), options: {}, handler };
}
