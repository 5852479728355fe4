import { once } from 'node:events';
import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { newDirectory, RunningProvider, spawnProvider } from './provider.fixture.js';

let provider: RunningProvider;
beforeEach(async () => {
  provider = await RunningProvider.start({ SLOW_AFTER: '300ms' });
});
afterEach(() => provider.remove());

/** How a process ends that is not expected to run. */
async function refusalOf(directory: string, env: Record<string, string> = {}) {
  const child = spawnProvider(directory, env);
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  return { code, stderr };
}

describe('the process', () => {
  it('finishes requests in flight and exits with 0 on SIGTERM', async () => {
    const charging = provider.charge('key', { token: 'tok_slow' });
    await provider.request('/health/live'); // the charge is in hand by then
    await provider.end('SIGTERM');

    expect((await charging).status).toBe(201);
    expect(provider.process.exitCode).toBe(0);
    expect(existsSync(join(provider.directory, 'lock'))).toBe(false);
  });

  it('rejects a directory that another process uses, and takes over one whose process was killed', async () => {
    const refused = await refusalOf(provider.directory);
    expect(refused).toEqual({ code: 1, stderr: expect.stringContaining(`in use by process ${provider.process.pid}`) });

    await provider.kill();
    provider = await provider.restart();
    expect((await provider.request('/health/ready')).status).toBe(200);
  });

  it('takes over a lock whose pid now belongs to another process', async () => {
    await provider.kill();
    writeFileSync(join(provider.directory, 'lock'), `${process.pid} 1`);
    provider = await provider.restart();
    expect((await provider.request('/health/ready')).status).toBe(200);
  });

  it('names every missing or invalid setting', async () => {
    const refused = await refusalOf('', { SLOW_AFTER: 'soon', PORT: '-1' });

    expect(refused.code).toBe(1);
    for (const name of ['DATA_DIR', 'SLOW_AFTER', 'PORT']) expect(refused.stderr).toContain(name);
  });

  it('does not start on a ledger that was edited, and names the line', async () => {
    const directory = newDirectory();
    appendFileSync(join(directory, 'ledger.jsonl'), 'scribble\n{}\n');
    const { code, stderr } = await refusalOf(directory);
    rmSync(directory, { recursive: true });

    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ledger.jsonl, line 1') });
  });

  it('reports health and metrics', async () => {
    await provider.charge('key');

    expect((await provider.request('/health/live')).status).toBe(200);
    expect((await provider.request('/health/ready')).body).toEqual({
      status: 'ready',
      checks: { ledger: { status: 'ok' } },
    });
    expect((await provider.request('/metrics')).text).toContain('payment_provider_entries_total{type="charge"} 1');
  });
});

describe('bad input', () => {
  const key = { 'idempotency-key': 'key' };
  const good = { orderId: 'o', amount: 1, currency: 'EUR', token: 'tok_ok' };

  it.each([
    ['no key', '/charges', good, {}, 400],
    ['an empty key', '/charges', good, { 'idempotency-key': '' }, 400],
    ['malformed JSON', '/charges', '{', key, 400],
    ['a list', '/charges', '[]', key, 400],
    ['a negative amount', '/charges', { ...good, amount: -1 }, key, 400],
    ['a fraction of a cent', '/charges', { ...good, amount: 1.5 }, key, 400],
    ['an unknown field', '/charges', { ...good, extra: 1 }, key, 400],
    ['another content type', '/charges', 'hello', { ...key, 'content-type': 'text/plain' }, 415],
    ['a large body', '/charges', { ...good, orderId: 'x'.repeat(100_000) }, key, 413],
    ['a refund without key', '/refunds', { orderId: 'o' }, {}, 400],
    ['an unknown route', '/nowhere', good, {}, 404],
  ])('%s is a problem+json with 4xx', async (_, path, body, headers, status) => {
    const answer = await provider.post(path, body, headers as Record<string, string>);

    expect({ status: answer.status, inBody: answer.body.status }).toEqual({ status, inBody: status });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each(['limit=0', 'limit=1001', 'cursor=x', 'what=1'])('GET /ledger?%s is a 400', async (query) => {
    expect((await provider.request(`/ledger?${query}`)).status).toBe(400);
  });
});
