/** A queue at one moment. */
export interface QueueDepth {
  /** Messages in it, those in flight included. */
  messages: number;
  /** How long the first of them has been waiting, in ms; 0 when there is none. Undefined where the broker does not say. */
  age?: number;
  /** Further messages of it that are due later; undefined where those are in retry queues. */
  delayed?: number;
}

/** Looks at queues from outside: right also while their consumers are stopped or hang. */
export interface QueueDepths {
  /** By the queues' names; without those that are missing. Rejects while the broker is unavailable. */
  depths(): Promise<ReadonlyMap<string, QueueDepth>>;
  close(): Promise<void>;
}
