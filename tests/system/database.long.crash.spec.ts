import { backingServices, testSize, until } from '@waybill/testing';
import pg from 'pg';
import { systemUnderTest } from '../system-under-test.js';
import { deadLetterCounts } from './dead-letter-counts.js';
import { signalPostgres } from './processes.js';

/** A client gives up after this long. */
const ANSWERED_WITHIN = 10_000;
const FLOWS_AGAIN_WITHIN = 15_000;

async function setReadOnly(value: 'on' | 'off'): Promise<void> {
  const client = new pg.Client({ connectionString: backingServices().postgres });
  await client.connect();
  await client.query('SET default_transaction_read_only = off');
  await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}

/** Each starts a fault and resolves with what ends it. */
const FAULTS = {
  async 'is frozen'() {
    signalPostgres('SIGSTOP');
    return async () => signalPostgres('SIGCONT');
  },
  async 'is read-only'() {
    await setReadOnly('on');
    return () => setReadOnly('off');
  },
};

interface Answer {
  url: string;
  status: number;
  retryAfter: boolean;
  isProblem: boolean;
}

async function answerTo([url, init]: readonly [url: string, init?: RequestInit]): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWERED_WITHIN) });
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  return { url, status: response.status, retryAfter: response.headers.has('retry-after'), isProblem };
}

describe.each(Object.entries(FAULTS))('while PostgreSQL %s', (fault, begin) => {
  let heal: () => Promise<void> = async () => {};
  afterEach(() => heal());

  it('every process answers 503 within seconds; afterwards work flows again, and nothing is lost', async () => {
    const deadLetters = await deadLetterCounts();
    const requests = await systemUnderTest.requestsToDatabases();
    const workload = await systemUnderTest.startWorkload();
    workload.add(20);
    heal = await begin();
    const end = performance.now() + testSize.outageMs;

    const affected = fault === 'is frozen' ? requests : requests.filter(([, init]) => init?.method === 'POST');
    while (performance.now() < end) {
      for (const answer of await Promise.all(affected.map(answerTo)))
        expect(answer).toMatchObject({ status: 503, retryAfter: true, isProblem: true });
    }
    await heal();

    const healed = performance.now();
    workload.add(20);
    await until('work flows again', () => workload.finished(20).then(() => true), { within: '2m' });
    const seconds = (performance.now() - healed) / 1_000;
    process.stderr.write(`  ${fault}: work flows again ${seconds.toFixed(1)} s later\n`);
    expect(seconds * 1_000).toBeLessThan(FLOWS_AGAIN_WITHIN);
    await workload.expectNothingLost();
    expect(await deadLetterCounts()).toEqual(deadLetters);
  }, 600_000);
});
