/** A queue or topic that this process consumes. */
export interface ConsumerState {
  /** Of the queue or topic. */
  name: string;
  kind: 'queue' | 'topic';
  /** The service that consumes it, and its consumer group. */
  consumer: string;
  broker: string;
  /** `pausing`: it takes no more messages, and those in flight have not ended yet. */
  state: 'running' | 'pausing' | 'paused';
  /** RFC 3339; null while it runs. */
  pausedAt: string | null;
}

/**
 * Pauses and resumes what a process consumes. A pause survives lost connections and ends with the process. Messages wait in
 * their queue or topic meanwhile, where other processes may consume them.
 */
export abstract class ConsumerControl {
  abstract list(): ConsumerState[];

  /**
   * The consumers of this name: of this queue or topic, or all of this service. They take no more messages from now on; what
   * is in flight ends as usual. Returns their new state; none when nothing has this name.
   */
  abstract pause(name: string): ConsumerState[];

  abstract resume(name: string): ConsumerState[];
}
