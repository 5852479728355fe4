import { until } from '@waybill/testing';
import { inject } from '../system/faults.js';
import { untilReady } from '../system/processes.js';
import { deadLetter } from '../system/running-system.js';

it('a message that crashes its process, sent as a fault, becomes a dead letter', async () => {
  const { detail } = await inject({ kind: 'poison', target: 'email.send', class: 'crashing' });
  const messageId = detail.split(': ').at(-1)!;
  // Three starts of the process, and pauses in which other messages go first.
  const letter = await until('it is a dead letter', () => deadLetter({ messageId }), { within: '240s' });
  expect(letter).toMatchObject({ source: 'email.send', class: 'crashing' });
  await untilReady('email');
}, 300_000);
