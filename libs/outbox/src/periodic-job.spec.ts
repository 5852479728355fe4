import { until } from '@waybill/testing';
import { PeriodicJob } from './periodic-job.js';

const logger = { warn: () => {} };

describe('a periodic job', () => {
  it('runs again after its interval, also when it failed', async () => {
    let runs = 0;
    const work = async () => {
      runs++;
      throw new Error('a test');
    };
    const job = new PeriodicJob({ does: 'work', interval: 1, work, logger });
    job.start();
    await until('it has run three times', () => runs >= 3);
    await job.stop();
  });

  it('that failed does not wait for its whole interval', async () => {
    let runs = 0;
    const work = async () => {
      runs++;
      throw new Error('a test');
    };
    const job = new PeriodicJob({ does: 'work', interval: 3_600_000, retryAfter: 1, work, logger });
    job.start();
    await until('it has run three times', () => runs >= 3);
    await job.stop();
  });

  it('runs on without a pause while there is more to do', async () => {
    let left = 5;
    const job = new PeriodicJob({ does: 'work', interval: 3_600_000, work: async () => --left > 0, logger });
    job.start();
    await until('all is done', () => left === 0);
    await job.stop();
  });

  it('does not begin before it may, and can be stopped until then', async () => {
    let runs = 0;
    const work = async () => void runs++;
    const job = new PeriodicJob({ does: 'work', interval: 1, firstAfter: 3_600_000, work, logger });
    job.start();
    await job.stop();
    expect(runs).toBe(0);
  });

  it('ends the run in progress before it has stopped', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let ended = false;
    const work = async () => {
      await promise;
      ended = true;
    };
    const job = new PeriodicJob({ does: 'work', interval: 1, work, logger });
    job.start();
    const stopped = job.stop();
    resolve();
    await stopped;
    expect(ended).toBe(true);
  });
});
