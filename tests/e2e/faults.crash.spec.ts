import { until } from '@waybill/testing';
import { place, untilOrder } from '../shop.js';
import { type Fault, inject, untilOver } from '../system/faults.js';
import { untilReady, urlOf } from '../system/processes.js';
import { askConsole, endpoints } from '../system/running-system.js';

const pidOf = (name: string) => endpoints().processes[name];
const responds = (url: string) => fetch(url, { signal: AbortSignal.timeout(2_000) }).then(({ ok }) => ok);

/** What is placed meanwhile is confirmed afterwards. */
async function surviving(fault: object): Promise<Fault> {
  const injected = await inject(fault);
  const orders = await Promise.all([place(), place(), place()]);
  await untilOver(injected);
  await Promise.all(orders.map((orderId) => untilOrder(orderId, 'CONFIRMED')));
  return injected;
}

describe('a fault that an operator asks for', () => {
  it.each(['rabbitmq', 'kafka', 'temporal'])(
    'stops %s, which then starts again by itself with its data',
    async (name) => {
      const before = pidOf(name);
      await surviving({ kind: 'stop', target: name, seconds: 5 });
      await until('it runs again', () => ![before, undefined].includes(pidOf(name)));
    },
  );

  it('freezes PostgreSQL with all of its connections, and continues it', async () => {
    const before = pidOf('postgres');
    const fault = await inject({ kind: 'pause', target: 'postgres', seconds: 5 });
    expect(fault.detail).toMatch(/^stopped its \d\d+ processes$/);
    await expect(responds(`${urlOf('order-api')}/orders`)).rejects.toThrow('timeout');
    await untilOver(fault);
    await until('orders are there again', () => responds(`${urlOf('order-api')}/orders`));
    expect(pidOf('postgres')).toBe(before);
  });

  it.each([
    ['kill', { kind: 'kill', target: 'inventory' }],
    ['slow', { kind: 'slow', target: 'payment', seconds: 5, share: 0.2 }],
    ['kill of a server', { kind: 'kill', target: 'rabbitmq' }],
  ])('loses no order: %s', async (_, fault) => {
    await surviving(fault);
  });

  it.each(['postgres', 'rabbitmq'])(
    'ends the connections of order-processor to %s, and it connects again',
    async (from) => {
      await untilReady('order-processor');
      const fault = await surviving({ kind: 'cut', target: 'order-processor', from });
      expect(fault).toMatchObject({ detail: expect.stringMatching(/^ended [1-9]\d* connections? to/) });
      await untilReady('order-processor');
    },
  );

  it('is undone before its time', async () => {
    const { id } = await inject({ kind: 'stop', target: 'email', seconds: null });
    await until('it is down', () => pidOf('email') === undefined);
    await askConsole('DELETE', `/faults/${id}`);
    await untilReady('email');
  });

  it('leaves the invariants intact', async () => {
    interface Report {
      moving: string[];
      invariants: { id: string; state: string }[];
    }
    const { invariants } = await until(
      'the system is at rest',
      async () => {
        const report = await askConsole<Report>('GET', '/invariants');
        const open = report.invariants.filter(({ id, state }) => id !== 'I6' && state !== 'holds');
        if (open.length) throw new Error(JSON.stringify([report.moving, open]));
        return report;
      },
      { within: '120s' },
    );
    expect(invariants).toHaveLength(9);
  });
});
