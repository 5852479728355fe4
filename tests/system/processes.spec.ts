import { applicationProcesses, urlOf } from './processes.js';

describe('every process', () => {
  it.each(applicationProcesses)('%s is live and ready, and shows its metrics', async (name) => {
    const url = urlOf(name);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('# TYPE');
  });
});
