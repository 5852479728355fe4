import type { Topology } from '../contract/index.js';

/**
 * Throws when the topology's list of consumers does not match this service's handlers, or a queue has no consumer: its
 * messages would wait for ever.
 */
export function checkConsumers(
  { queues, consumers }: Topology,
  service: string,
  handled: { topics: readonly string[]; queues: readonly string[] },
): void {
  if (!consumers) return;
  const listed = consumers[service];
  for (const kind of ['topics', 'queues'] as const) {
    const names = (listed?.[kind] ?? []).map(({ name }) => name);
    const missing = handled[kind].filter((name) => !names.includes(name));
    if (missing.length) throw new Error(`${service} handles ${missing.join(', ')}, which its entry in consumers lacks`);
    const unhandled = names.filter((name) => !handled[kind].includes(name));
    if (unhandled.length)
      throw new Error(`${service} is to consume ${unhandled.join(', ')}, but has no handler for it`);
  }
  const consumed = new Set(Object.values(consumers).flatMap((consumer) => consumer.queues.map(({ name }) => name)));
  const orphans = queues.filter(({ name }) => !consumed.has(name)).map(({ name }) => name);
  if (orphans.length) throw new Error(`no service consumes ${orphans.join(', ')}`);
}
