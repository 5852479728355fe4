import { until } from '@waybill/testing';
import { Fork } from './fork.fixture.js';

const MINUTES = 60_000;

let fork: Fork;
beforeAll(() => {
  fork = Fork.clone();
});
afterAll(() => fork.remove(), 2 * MINUTES);

interface Parcel {
  stored?: { shelf: string };
}

const url = (path: string) => `${fork.endpoints().parcels}${path}`;

async function handIn(): Promise<string> {
  const response = await fetch(url('/parcels'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'a teapot' }),
  });
  if (response.status !== 202) throw new Error(`POST /parcels returned ${response.status}: ${await response.text()}`);
  return response.headers.get('location')!;
}

const untilStored = (path: string) =>
  until('the parcel is stored', async () => ((await (await fetch(url(path))).json()) as Parcel).stored, {
    within: '60s',
  });

describe('npm run remove:shop', () => {
  it(
    'leaves what passes lint and the tests that need no server',
    async () => {
      await fork.npm('remove:shop');
      fork.commit('Remove the shop');
      expect(await fork.npm('generate')).toContain('everything is up to date');
      await fork.npm('lint');
      expect(await fork.npm('test:unit')).toMatch(/^[1-9]\d* passed, 0 failed$/m);
    },
    15 * MINUTES,
  );

  it(
    'leaves an example with its tests',
    async () => {
      expect(await fork.npm('test', '--', 'services/parcels', 'services/depot')).toMatch(
        /^[1-9]\d* passed, 0 failed$/m,
      );
    },
    10 * MINUTES,
  );

  it(
    'leaves a system in which a parcel arrives, also when a service is killed on its way',
    async () => {
      await fork.npm('start', '--', '--detach');
      await untilStored(await handIn());
      for (const name of ['depot', 'parcels']) {
        const parcel = await handIn();
        const pid = fork.endpoints().processes[name]!;
        process.kill(pid, 'SIGKILL');
        await until(`${name} runs again`, () => ![pid, undefined].includes(fork.endpoints().processes[name]));
        await until('parcels answers', async () => (await fetch(url('/health/ready')).catch(() => undefined))?.ok);
        expect((await untilStored(parcel))?.shelf).toMatch(/^[AB][12]$/);
      }
      await fork.npm('stop');
    },
    10 * MINUTES,
  );
});
