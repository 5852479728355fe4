import type { Invariant } from './invariant.js';

export const PARKED_EVENTS = 'waybill_kafka_parked_events';
export const DEAD_LETTERS = 'waybill_dead_letters_waiting';

/** Parked events wait for their turn behind a dead letter of their key, which an operator sees, or for nothing at rest. */
export const nothingStuck: Invariant = {
  id: 'I9',
  promise: 'a bad message stops no other: at rest events wait only behind a dead letter of their order',
  check({ processes }) {
    const samples = processes.flatMap(({ name, samples }) => samples.map((sample) => ({ process: name, ...sample })));
    const deadLetters = samples.filter(({ name, value }) => name === DEAD_LETTERS && value > 0);
    const seen = new Set(deadLetters.map(({ labels }) => labels.source));
    const parked = samples.filter(({ name, value }) => name === PARKED_EVENTS && value > 0);
    const stuck = parked.filter(({ labels }) => !seen.has(labels.topic));
    return {
      counted: `${parked.reduce((sum, { value }) => sum + value, 0)} parked events`,
      violations: stuck.map(({ process, labels, value }) => `${value} events of ${labels.topic} wait in ${process}`),
    };
  },
};
