import { join } from 'node:path';
import { CONTRACTS, historyFile } from './known-contracts.js';
import type { HandlerPlan, NewMessage, ServicePlan } from './service-plan.js';
import { fill, templatesIn } from './templates.js';
import { listed } from './words.js';

/** Path from the root, and content. */
export type NewFile = readonly [path: string, content: string];

/** Every file that a new service adds. Those that others share are changed by `declareService`. */
export function newFiles(plan: ServicePlan): NewFile[] {
  return [...filesOfService(plan), ...filesOfContracts(plan)];
}

function filesOfService(plan: ServicePlan): NewFile[] {
  const folder = join('services', plan.name);
  const causes = plan.handlers.map(({ message }) => `'${message}'`).join(' | ') || 'never';
  const common = templatesIn('service').map((path): NewFile => {
    const target = join(folder, path.replace('[name]', plan.name));
    return [target, fill(join('service', path), { ...plan, causes })];
  });
  const ofHandlers = plan.handlers.flatMap((handler): NewFile[] => {
    const view = viewOf(plan, handler);
    return [
      [join(folder, 'src', 'handlers', `${handler.file}.handler.ts`), fill(join('handler', 'handler.ts'), view)],
      [join(folder, 'src', 'test', `${handler.file}.spec.ts`), fill(join('handler', 'spec.ts'), view)],
    ];
  });
  return [...common, ...ofHandlers];
}

function viewOf(plan: ServicePlan, { emits, sample, ...handler }: HandlerPlan) {
  return {
    ...handler,
    name: plan.name,
    Class: plan.Class,
    topic: plan.topic.name,
    imports: [handler.message, ...emits].join(', '),
    emits: emits.length > 0,
    emitted: emits.map((event) => `${event}.of({ ${handler.subject} })`).join(', '),
    names: listed(emits.map((event, n) => (n === 0 ? event : `one ${event}`))),
    types: emits.map((event) => `${event}.type`).join(', '),
    count: emits.length,
    send: handler.kind === 'event' ? 'service.kafka.publish' : 'service.rabbit.send',
    sample: aboutAnother(sample, handler.subject),
  };
}

/** The sample as an expression whose value is about something else each time. */
function aboutAnother(sample: object, subject: string): string {
  const placeholder = `"the ${subject}"`;
  const text = JSON.stringify({ ...sample, [subject]: JSON.parse(placeholder) });
  return text.replace(placeholder, 'crypto.randomUUID()');
}

function filesOfContracts({ name, topic, queues, newTasks, newEvents }: ServicePlan): NewFile[] {
  const tasks = newTasks.map((task, n) => ({ ...task, constant: queues[n]!.constant }));
  return [
    ...filesOf(newEvents, join(CONTRACTS, `${name}.events.ts`), () =>
      fill(join('contracts', 'events.ts'), { topic, events: newEvents }),
    ),
    ...filesOf(newTasks, join(CONTRACTS, `${name}.tasks.ts`), () => fill(join('contracts', 'tasks.ts'), { tasks })),
  ];
}

/** The file that defines these messages, and a sample of each; its schema is recorded once it is compiled. */
function filesOf(messages: readonly NewMessage[], path: string, define: () => string): NewFile[] {
  if (!messages.length) return [];
  const source = define();
  const samples = messages.map(({ message, sample }): NewFile => {
    const type = new RegExp(`'([^']+\\.${message}\\.v1)'`).exec(source)![1]!;
    return [historyFile('', type), `${JSON.stringify({ type, samples: [sample] }, null, 2)}\n`];
  });
  return [[path, source], ...samples];
}
