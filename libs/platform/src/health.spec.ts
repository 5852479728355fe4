import { Health } from './health.js';

const starting = () => Promise.reject(new Error('not connected yet'));

describe('a process', () => {
  it('has started once everything was ready at the same time, and stays started whatever fails later', async () => {
    let database = starting;
    const health = new Health();
    health.add({ name: 'database', check: () => database() }, { name: 'broker', check: async () => {} });
    expect(await health.hasStarted()).toBe(false);
    database = async () => undefined as never;
    expect(await health.hasStarted()).toBe(true);
    database = starting;
    expect(await health.hasStarted()).toBe(true);
    expect(await health.report()).toEqual({
      status: 'not ready',
      checks: { database: { status: 'failing', reason: 'not connected yet' }, broker: { status: 'ok' } },
    });
  });

  it('is ready although an operator has paused it, and says so', async () => {
    const health = new Health();
    let note: string | undefined = 'paused by an operator: papers';
    health.add({ name: 'broker', check: async () => {}, note: () => note });
    expect(await health.report()).toEqual({
      status: 'ready',
      checks: { broker: { status: 'ok', note: 'paused by an operator: papers' } },
    });
    note = undefined;
    expect((await health.report()).checks).toEqual({ broker: { status: 'ok' } });
  });

  it('is not ready while it drains', async () => {
    const health = new Health();
    expect((await health.report()).status).toBe('ready');
    health.drain();
    expect((await health.report()).checks).toMatchObject({ process: { reason: 'is stopping' } });
  });
});
