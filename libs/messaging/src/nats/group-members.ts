import { tokenOf } from './escape.js';
import type { Partition } from './nats-topics.js';
import type { Msg, NatsConnection } from './nats-types.js';

const BEAT_EVERY = 1_000;
/** A member that was not heard of for so many ms is dead. */
const DEAD_AFTER = 3_500;

interface Beat {
  id: string;
  topics: string[];
  /** It does not know the others yet. */
  isNew?: boolean;
  isLeaving?: boolean;
}

/**
 * Who is in a consumer group, by what each member says once a second. All members deal the partitions out in the same way, so that
 * each knows its own. They may disagree for seconds: what keeps two from reading a partition is the server.
 */
export class GroupMembers {
  private readonly others = new Map<string, Beat & { seen: number }>();
  private readonly subject: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: NatsConnection,
    group: string,
    private readonly self: { id: string; topics: readonly string[] },
    private readonly on: {
      /** A member came or went. */
      change(): void;
      /** The server does not let it hear the others. */
      failure(error: Error): void;
    },
  ) {
    this.subject = `group.${tokenOf(group)}`;
  }

  join(): void {
    this.connection.subscribe(this.subject, {
      callback: (error, message) => {
        if (error) this.on.failure(error);
        else this.hear(message);
      },
    });
    this.say({ isNew: true });
    this.timer = setInterval(() => this.beat(), BEAT_EVERY);
  }

  leave(): void {
    clearInterval(this.timer);
    if (!this.connection.isClosed()) this.say({ isLeaving: true });
  }

  /** Which of all partitions of this member's topics are its own. */
  shareOf(partitions: readonly Partition[]): Partition[] {
    const { self, others } = this;
    const members = [self, ...others.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return partitions.filter(({ topic }, n) => {
      const readers = members.filter(({ topics }) => topics.includes(topic));
      return readers[n % readers.length]!.id === self.id;
    });
  }

  private beat(): void {
    if (this.connection.isClosed()) return;
    this.say({});
    const now = performance.now();
    const dead = [...this.others.values()].filter(({ seen }) => now - seen > DEAD_AFTER);
    for (const { id } of dead) this.others.delete(id);
    if (dead.length > 0) this.on.change();
  }

  private hear(message: Msg): void {
    const beat = message.json<Beat>();
    if (beat.id === this.self.id) return;
    const isKnown = this.others.has(beat.id);
    if (beat.isLeaving) this.others.delete(beat.id);
    else this.others.set(beat.id, { ...beat, seen: performance.now() });
    if (beat.isNew) this.say({});
    if (isKnown !== this.others.has(beat.id)) this.on.change();
  }

  private say(more: Partial<Beat>): void {
    this.connection.publish(this.subject, JSON.stringify({ ...this.self, ...more }));
  }
}
