import type { Invariant } from './invariant.js';

export const OUTBOX_BACKLOG = 'waybill_outbox_backlog';
export const CONSUMER_LAG = 'waybill_consumer_lag_messages';

/** That effects agree with what was sent is I1 to I5; this is that nothing is still on its way. */
export const nothingVanishes: Invariant = {
  id: 'I7',
  promise: 'no message vanishes: at rest all are published, and all are consumed',
  check({ processes }) {
    const backlogs = processes.flatMap(({ name, samples }) => samples.map((sample) => ({ process: name, ...sample })));
    const waiting = backlogs.filter(({ name, value }) => [OUTBOX_BACKLOG, CONSUMER_LAG].includes(name) && value > 0);
    const violations = waiting.map(({ process, name, labels, value }) =>
      name === OUTBOX_BACKLOG
        ? `${process} has ${value} messages for ${labels.target} that are not published`
        : `${labels.consumer} has ${value} messages of ${labels.source} to consume`,
    );
    return { counted: `${processes.length} processes`, violations };
  },
};
