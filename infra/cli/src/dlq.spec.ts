import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as jsonOf, text } from 'node:stream/consumers';
import { FakeSystem, inTurn, json, type Route } from './fake-system.fixture.js';

const LETTER = {
  id: '019e0000-0000-7000-8000-000000000001',
  source: 'inventory.reserve',
  consumer: 'inventory',
  class: 'transient',
  error: 'no answer\nfrom the shelf',
  group: '00112233aabbccdd',
  attempts: 4,
  messageId: 'm-1',
  type: 'waybill.ReserveStock.v1',
  key: 'order-1',
  traceId: null,
  firstFailedAt: '2026-01-01T00:00:00.000Z',
  lastFailedAt: '2026-01-01T00:00:11.000Z',
  status: 'waiting',
  resubmissions: 0,
  version: 1,
};
const IN_FULL = {
  ...LETTER,
  stack: 'Error: no answer\n    at reserve',
  headers: { 'content-type': 'application/json', 'x-waybill-class': 'transient' },
  body: '{"orderId":"order-1"}',
  bodyEncoding: 'utf-8',
  dataref: null,
  bodyUnavailable: null,
  history: [{ act: 'failed', at: '2026-01-01T00:00:11.000Z', by: 'inventory', detail: 'no answer', editedBody: null }],
};
const PLAN = { matching: 3, selected: 2, refused: 1, batch: null };
const BATCH = {
  id: 'b-1',
  action: 'resubmit',
  status: 'running',
  selected: 2,
  decided: 0,
  passedOver: 0,
  released: 0,
  stoppedBy: null,
};

let directory: string;
let fake: FakeSystem;
let posted: { headers: Record<string, unknown>; body: unknown }[];

/** Remembers what it was sent. */
const remembering =
  (route: Route): Route =>
  async (request, response) => {
    posted.push({ headers: request.headers, body: await jsonOf(request) });
    route(request, response);
  };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-dlq-'));
  posted = [];
  const one = `/dead-letters/${LETTER.id}`;
  fake = await FakeSystem.start({
    'GET /dead-letters': json(200, { items: [LETTER], nextCursor: 'next' }),
    'GET /dead-letters/groups': json(200, {
      items: [
        {
          ...LETTER,
          count: 12,
          place: 'reserve (shelf.js)',
          sources: ['inventory.reserve'],
          consumers: ['inventory'],
          example: LETTER.id,
        },
      ],
      nextCursor: null,
    }),
    [`GET ${one}`]: json(200, IN_FULL),
    [`POST ${one}/resubmit`]: remembering(json(202, { ...LETTER, status: 'resubmitted' })),
    [`POST ${one}/discard`]: remembering(json(409, { title: 'It was decided before', detail: 'discarded by grace' })),
    'POST /dead-letters/resubmit': remembering(json(200, PLAN)),
    'POST /dead-letters/discard': remembering(json(200, PLAN)),
  });
});
afterEach(async () => {
  await fake.stop();
  rmSync(directory, { recursive: true });
});

/** Other routes than those above. */
async function startWith(routes: Record<string, Route>) {
  await fake.stop();
  fake = await FakeSystem.start(routes);
}

async function dlq(...args: string[]) {
  const file = join(directory, 'endpoints.json');
  writeFileSync(file, JSON.stringify({ deadLetters: fake.url, operatorToken: 'secret' }));
  return run(...args, '--endpoints', file);
}

async function run(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dlq.js'), ...args], {
    env: { PATH: process.env.PATH, USER: 'ada' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code };
}

describe('npm run dlq -- list', () => {
  it('is a table of what waits, one line each, and says when there is more', async () => {
    const { stdout, code } = await dlq('list', '--class', 'transient');
    expect(stdout).toMatch(/^id +source +consumer/);
    expect(stdout).toMatch(/inventory\.reserve {2}inventory {2}transient {2}waiting .*no answer from the shelf/);
    expect(stdout).toContain('--cursor next');
    expect(fake.requests).toEqual(['GET /dead-letters?class=transient&status=waiting&limit=20']);
    expect(code).toBe(0);
  });

  it('prints what the console answers with --json', async () => {
    const { stdout } = await dlq('list', '--json');
    expect(JSON.parse(stdout).items).toEqual([LETTER]);
  });
});

describe('npm run dlq -- groups', () => {
  it('shows how many failed for the same reason, and where', async () => {
    const { stdout } = await dlq('groups');
    expect(stdout).toMatch(/00112233aabbccdd {2}12 .*reserve \(shelf\.js\)/);
  });
});

describe('npm run dlq -- show', () => {
  it('shows all that is known, and saves the body to be edited', async () => {
    const file = join(directory, 'body.json');
    const { stdout } = await dlq('show', LETTER.id, '--save', file);
    for (const part of [
      '"orderId": "order-1"',
      'at reserve',
      'content-type: application/json',
      'failed  by inventory',
    ]) {
      expect(stdout).toContain(part);
    }
    expect(readFileSync(file, 'utf8')).toBe(IN_FULL.body);
  });

  it('says where the body was that is too large for a message', async () => {
    await startWith({ [`GET /dead-letters/${LETTER.id}`]: json(200, { ...IN_FULL, dataref: 'file:///objects/1' }) });
    const { stdout } = await dlq('show', LETTER.id);
    expect(stdout).toContain('body (from file:///objects/1):\n  {\n    "orderId": "order-1"');
  });

  it('says why there is no body, and saves none', async () => {
    const bodyUnavailable = 'file:///objects/1 is no longer in the object store';
    const gone = { ...IN_FULL, body: '', dataref: 'file:///objects/1', bodyUnavailable };
    await startWith({ [`GET /dead-letters/${LETTER.id}`]: json(200, gone) });
    expect((await dlq('show', LETTER.id)).stdout).toContain(`body (not available):\n  ${bodyUnavailable}`);

    const file = join(directory, 'body.json');
    const { stderr, code } = await dlq('show', LETTER.id, '--save', file);
    expect([stderr.trim(), code]).toEqual([`nothing is saved: ${bodyUnavailable}`, 1]);
    expect(existsSync(file)).toBe(false);
  });
});

describe('npm run dlq -- resubmit', () => {
  it('sends one, edited, in the name of who is logged in', async () => {
    const file = join(directory, 'body.json');
    writeFileSync(file, '{"orderId":"order-2"}');
    const { stdout, code } = await dlq('resubmit', LETTER.id, '--body', file);
    expect(posted).toMatchObject([
      { headers: { authorization: 'Bearer secret', 'x-operator': 'ada' }, body: { body: '{"orderId":"order-2"}' } },
    ]);
    expect([stdout.trim(), code]).toEqual([`${LETTER.id} is on its way to inventory.`, 0]);
  });

  it('of many says what it would do, and does nothing', async () => {
    const { stdout, code } = await dlq('resubmit', '--source', 'inventory.reserve', '--limit', '2');
    expect(posted.map(({ body }) => body)).toEqual([
      { filter: { source: 'inventory.reserve' }, force: false, limit: 2, dryRun: true },
    ]);
    expect(stdout).toContain('2 of 3 waiting dead letters would be resubmitted; 1 came back too often');
    expect(stdout).toContain('add --yes');
    expect(code).toBe(0);
  });

  it('of many does it with --yes, and follows it to its end', async () => {
    await startWith({
      'POST /dead-letters/resubmit': remembering(json(202, { ...PLAN, batch: BATCH })),
      'GET /dead-letters/batches/b-1': inTurn(
        json(200, { ...BATCH, decided: 1 }),
        json(200, { ...BATCH, status: 'done', decided: 1, passedOver: 1 }),
      ),
    });
    const { stdout, stderr, code } = await dlq('resubmit', '--group', LETTER.group, '--rate', '0.5', '--yes');
    expect(posted[0]!.body).toMatchObject({ filter: { group: LETTER.group }, ratePerSecond: 0.5, dryRun: false });
    expect([stdout.trim(), code]).toEqual(['1 resubmitted, 1 were decided by others meanwhile.', 0]);
    expect(stderr.trim().split('\n')).toEqual([
      'npm run dlq -- stop b-1 stops it',
      '0 of 2 resubmitted',
      '1 of 2 resubmitted',
    ]);
  });

  it('says so and ends with 1 when it changed nothing', async () => {
    const { stdout, code } = await dlq('resubmit', '--yes');
    expect([stdout.trim(), code]).toEqual(['Nothing was changed: there is nothing to resubmit.', 1]);
  });
});

describe('npm run dlq -- discard', () => {
  it('of many says what it would do, and does nothing', async () => {
    const { stdout, code } = await dlq('discard', '--class', 'malformed', '--limit', '2', '--reason', 'a load test');
    expect(posted.map(({ body }) => body)).toEqual([
      { filter: { class: 'malformed' }, reason: 'a load test', limit: 2, dryRun: true },
    ]);
    expect(stdout).toContain('2 of 3 waiting dead letters would be discarded; 1 are part of a running batch.');
    expect(stdout).toContain('add --yes');
    expect(code).toBe(0);
  });

  it('of many does it with --yes, and ends with 1 when somebody has stopped it', async () => {
    const batch = { ...BATCH, action: 'discard' };
    await startWith({
      'POST /dead-letters/discard': remembering(json(202, { ...PLAN, batch })),
      'GET /dead-letters/batches/b-1': json(200, {
        ...batch,
        status: 'stopped',
        decided: 1,
        released: 1,
        stoppedBy: 'grace',
      }),
    });
    const { stdout, code } = await dlq('discard', '--rate', '0.5', '--reason', 'a load test', '--yes');
    expect(posted[0]).toMatchObject({
      headers: { 'x-operator': 'ada' },
      body: { filter: {}, ratePerSecond: 0.5, reason: 'a load test', dryRun: false },
    });
    expect([stdout.trim(), code]).toEqual(['1 discarded; stopped by grace, 1 wait again.', 1]);
  });

  it('of many says so and ends with 1 when it changed nothing', async () => {
    const { stdout, code } = await dlq('discard', '--reason', 'a load test', '--yes');
    expect([stdout.trim(), code]).toEqual(['Nothing was changed: there is nothing to discard.', 1]);
  });

  it('tells what the console says when somebody was faster', async () => {
    const { stderr, code } = await dlq('discard', LETTER.id, '--reason', 'a test');
    expect([stderr.trim(), code]).toEqual(['It was decided before; discarded by grace', 1]);
  });
});

describe('npm run dlq -- stop', () => {
  it('ends a batch, and says how far it came', async () => {
    const stopped = { ...BATCH, status: 'stopped', decided: 1, released: 1, stoppedBy: 'ada' };
    await startWith({ 'POST /dead-letters/batches/b-1/stop': remembering(json(200, stopped)) });
    const { stdout, code } = await dlq('stop', 'b-1');
    expect(posted).toMatchObject([{ headers: { 'x-operator': 'ada' } }]);
    expect([stdout.trim(), code]).toEqual(['1 resubmitted; stopped by ada, 1 wait again.', 0]);
  });

  it('tells what the console says when it has ended already', async () => {
    const refused = json(409, { title: 'It was decided before', detail: 'it is done already' });
    await startWith({ 'POST /dead-letters/batches/b-1/stop': refused });
    const { stderr, code } = await dlq('stop', 'b-1');
    expect([stderr.trim(), code]).toEqual(['It was decided before; it is done already', 1]);
  });
});

describe('npm run dlq', () => {
  it.each([
    [['lsit'], 'there is no command lsit: did you mean list?'],
    [['list', '--clas', 'x'], 'there is no option --clas: did you mean --class?'],
    [['list', 'x'], "unexpected 'x'"],
    [['show'], 'the ID of a dead letter is missing'],
    [['discard', 'x'], '--reason is missing'],
    [['discard', '--source', 'x', '--yes'], '--reason is missing'],
    [['discard', 'x', '--reason', 'y', '--class', 'z'], 'do not go together'],
    [['resubmit', 'x', '--limit', '3'], 'do not go together'],
    [['stop'], 'the ID of a batch is missing'],
    [['resubmit', 'x', '--source', 'y'], 'do not go together'],
    [['resubmit', '--body', 'y'], '--body is for one'],
  ])('refuses %j with what is wrong', async (args, message) => {
    const { stderr, code } = await dlq(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it.each([[[]], [['--help']], [['resubmit', '--help']], [['stop', '--help']]])(
    'explains itself for %j',
    async (args) => {
      const { stdout, code } = await run(...args);
      expect(stdout).toContain('npm run dlq -- ');
      expect(code).toBe(0);
    },
  );

  it('says how to start a system when none answers', async () => {
    const file = join(directory, 'nobody.json');
    writeFileSync(file, JSON.stringify({ deadLetters: 'http://127.0.0.1:9', operatorToken: 'secret' }));
    const { stderr, code } = await run('list', '--endpoints', file);
    expect(stderr).toContain('can not be reached');
    expect(code).toBe(1);
  });
});
