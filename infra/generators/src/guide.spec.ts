import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';
import { newFiles } from './service-files.js';
import { planOf } from './service-plan.js';

const guide = readFileSync(join(root, 'docs', 'guide', 'add-a-service.md'), 'utf8');
const request = { name: 'loyalty', port: 3_007, events: ['OrderConfirmed'], tasks: [], emits: ['PointsEarned'] };
const known = [
  {
    name: 'OrderConfirmed',
    kind: 'event' as const,
    type: 'OrderConfirmed.v1',
    destination: 'orders.events',
    subject: 'orderId',
    file: 'orders.events.ts',
  },
];
const samples = new Map([['OrderConfirmed', { orderId: '019e2f6a-7c1d-7a52-9b3e-4f0d6a1c2b01' }]]);
const files = newFiles(planOf(request, known, samples));

describe('docs/guide/add-a-service.md', () => {
  it('says of every file that the command writes what it is for, and of no other', () => {
    const named = [...guide.matchAll(/^\| (`.*?`) +\|/gm)]
      .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!))
      .filter((path) => !path.startsWith('--'));
    const written = files.map(([path]) => path.replace(/^(services\/loyalty|libs\/contracts)\//, ''));
    expect(named.sort()).toEqual(written.sort());
  });

  it('shows the handler as the command writes it', () => {
    const unindented = (code: string) => code.replace(/^ +/gm, '');
    const [, shown] = /```ts\n([\s\S]*?)\n```/.exec(guide)!;
    const handler = files.find(([path]) => path.endsWith('order-confirmed.handler.ts'))!;
    expect(unindented(handler[1])).toContain(unindented(shown!));
  });
});
