import { applicationProcesses, urlOf } from './processes.js';

describe('every process', () => {
  it.each(applicationProcesses)('%s is live, started and ready, and shows its metrics', async (name) => {
    const url = urlOf(name);
    for (const state of ['live', 'startup', 'ready']) expect((await fetch(`${url}/health/${state}`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('# TYPE');
  });
});
