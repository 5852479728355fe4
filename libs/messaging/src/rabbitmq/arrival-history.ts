/** A queue at one moment, as RabbitMQ counts. */
export interface QueueCounts {
  /** Messages in it, those in flight included. */
  messages: number;
  /** How many were acknowledged so far: a counter, which begins anew with its broker and follows a moment after the depth. */
  acknowledged: number;
}

interface Sample {
  /** In ms. */
  at: number;
  /** How many messages had ever arrived. */
  arrived: number;
}

/** Samples of one queue; each day of an age then lacks some ten minutes at most. */
const LIMIT = 256;

/**
 * How long the first message of a queue has been waiting, from samples of the queue's depth: RabbitMQ does not say it of a
 * quorum queue, and taking the message to look at it counts as a delivery. Messages leave in the order of their arrival: once n
 * have left, the first is the one that arrived after n others, between the last sample with n arrivals and the next one. Its
 * age is taken from the next one, and so may lack one interval. What was there at the first sample is at least as old as this
 * history.
 */
export class ArrivalHistory {
  private samples: Sample[] = [];
  /** Milliseconds between two samples, at least. */
  private spacing = 0;
  private arrived = 0;
  private left = 0;
  private counter = 0;

  /** Returns the age of the first message in ms at the time `at`; 0 when the queue is empty. */
  add(at: number, { messages, acknowledged }: QueueCounts): number {
    this.left += acknowledged >= this.counter ? acknowledged - this.counter : acknowledged;
    this.counter = acknowledged;
    if (messages === 0) this.left = Math.max(this.left, this.arrived); // also what was purged, or moved away
    const left = Math.max(this.left, this.arrived - messages);
    this.arrived = left + messages;

    this.samples = this.samples.filter(({ arrived }) => arrived > left);
    if (messages > 0) this.addSample(at);
    return messages === 0 ? 0 : at - this.samples[0]!.at;
  }

  private addSample(at: number): void {
    const last = this.samples.at(-1);
    if (!last) this.spacing = 0;
    else if (this.arrived === last.arrived || at - last.at < this.spacing) return;
    this.samples.push({ at, arrived: this.arrived });
    if (this.samples.length <= LIMIT) return;
    this.samples = this.samples.filter((_, n) => n % 2 === 0);
    this.spacing = (at - this.samples[0]!.at) / this.samples.length;
  }
}
