import { join } from 'node:path';
import { root } from './settings.js';
import { needsOf } from './test-needs.js';

const needs = (...specs: string[]) => [...needsOf(specs.map((spec) => join(root, spec)))].sort();

describe('what a test needs', () => {
  it.each([
    ['nothing', 'infra/cli/dist/command-line.spec.js', []],
    ['a database', 'libs/outbox/dist/postgres-outbox.spec.js', ['postgres']],
    ['what its fixtures use', 'libs/messaging/dist/handling/message-span.spec.js', ['postgres']],
    ['the servers of a service', 'services/inventory/dist/test/stock-count.spec.js', ['kafka', 'postgres', 'rabbitmq']],
    ['a server that it starts itself', 'libs/idempotency/dist/redis-idempotency-keys.spec.js', ['postgres', 'program']],
    ['the whole system', 'tests/dist/e2e/confirmed-order.spec.js', ['system']],
  ])('is %s: %s', (_, spec, expected) => {
    expect(needs(spec)).toEqual(expected);
  });
});
