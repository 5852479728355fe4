import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumers, contracts } from '@waybill/contracts';

const services = join(import.meta.dirname, '..', '..', '..');

/** `service: queue or topic` of every handler. */
const handled = globSync('*/src/{handlers,choreography}/*.handler.ts', { cwd: services }).map((file) => {
  const [, name] = /@Handles\((\w+)/.exec(readFileSync(join(services, file), 'utf8')) ?? [];
  const contract = contracts.find(({ type }) => type.split('.')[1] === name);
  return `${file.split('/')[0]}: ${contract?.destination.name}`;
});

describe('the consumers', () => {
  it('list the queue or topic of every handler, so that its dead letters are collected', () => {
    const listed = Object.entries(consumers).flatMap(([service, { queues, topics }]) =>
      [...queues, ...topics].map(({ name }) => `${service}: ${name}`),
    );
    expect(handled.length).toBeGreaterThan(15);
    expect(new Set(listed)).toEqual(new Set(handled));
  });
});
