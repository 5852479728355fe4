import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inSequence, jsonResponse } from '@waybill/testing';
import { BATCH, DEAD_LETTER, DlqHarness, PLAN } from './dlq.fixture.js';

let harness: DlqHarness;
beforeEach(async () => {
  harness = new DlqHarness();
  await harness.respondWith({
    [`POST /dead-letters/${DEAD_LETTER.id}/resubmit`]: harness.recorded(202, { ...DEAD_LETTER, status: 'resubmitted' }),
    [`POST /dead-letters/${DEAD_LETTER.id}/discard`]: jsonResponse(409, {
      title: 'Already resolved',
      detail: 'by grace',
    }),
    'POST /dead-letters/resubmit': harness.recorded(200, PLAN),
    'POST /dead-letters/discard': harness.recorded(200, PLAN),
  });
});
afterEach(() => harness.stop());

describe('npm run dlq -- resubmit', () => {
  it('resubmits one with an edited body, under the login name', async () => {
    const file = join(harness.directory, 'body.json');
    writeFileSync(file, '{"pageId":"page-2"}');
    const { stdout, code } = await harness.dlq('resubmit', DEAD_LETTER.id, '--body', file);
    expect(harness.posted).toMatchObject([
      { headers: { authorization: 'Bearer secret', 'x-operator': 'ada' }, body: { body: '{"pageId":"page-2"}' } },
    ]);
    expect([stdout.trim(), code]).toEqual([`${DEAD_LETTER.id} is resubmitted to printer.`, 0]);
  });

  it('with a filter reports what it would do, and changes nothing', async () => {
    const { stdout, code } = await harness.dlq('resubmit', '--source', 'jobs.print', '--limit', '2');
    expect(harness.posted.map(({ body }) => body)).toEqual([
      { filter: { source: 'jobs.print' }, force: false, limit: 2, dryRun: true },
    ]);
    expect(stdout).toContain('2 of 3 waiting dead letters would be resubmitted; 1 skipped: resubmitted too often');
    expect(stdout).toContain('add --yes');
    expect(code).toBe(0);
  });

  it('with a filter and --yes starts a batch and shows its progress to the end', async () => {
    await harness.respondWith({
      'POST /dead-letters/resubmit': harness.recorded(202, { ...PLAN, batch: BATCH }),
      'GET /dead-letters/batches/b-1': inSequence(
        jsonResponse(200, { ...BATCH, resolved: 1 }),
        jsonResponse(200, { ...BATCH, status: 'done', resolved: 1, skipped: 1 }),
      ),
    });
    const { stdout, stderr, code } = await harness.dlq(
      'resubmit',
      ...['--group', DEAD_LETTER.group],
      ...['--rate', '0.5', '--yes'],
    );
    expect(harness.posted[0]!.body).toMatchObject({
      filter: { group: DEAD_LETTER.group },
      ratePerSecond: 0.5,
      dryRun: false,
    });
    expect([stdout.trim(), code]).toEqual(['1 resubmitted, 1 already resolved by others.', 0]);
    expect(stderr.trim().split('\n')).toEqual([
      'npm run dlq -- stop b-1 stops it',
      '0 of 2 resubmitted',
      '1 of 2 resubmitted',
    ]);
  });

  it('exits with 1 when it changed nothing', async () => {
    const { stdout, code } = await harness.dlq('resubmit', '--yes');
    expect([stdout.trim(), code]).toEqual(['Nothing was changed: there is nothing to resubmit.', 1]);
  });
});

describe('npm run dlq -- discard', () => {
  it('with a filter reports what it would do, and changes nothing', async () => {
    const { stdout, code } = await harness.dlq(
      'discard',
      ...['--class', 'malformed', '--limit', '2'],
      ...['--reason', 'a load test'],
    );
    expect(harness.posted.map(({ body }) => body)).toEqual([
      { filter: { class: 'malformed' }, reason: 'a load test', limit: 2, dryRun: true },
    ]);
    expect(stdout).toContain('2 of 3 waiting dead letters would be discarded; 1 skipped: part of a running batch.');
    expect(stdout).toContain('add --yes');
    expect(code).toBe(0);
  });

  it('with a filter and --yes exits with 1 when the batch was stopped', async () => {
    const batch = { ...BATCH, action: 'discard' };
    const stopped = { ...batch, status: 'stopped', resolved: 1, released: 1, stoppedBy: 'grace' };
    await harness.respondWith({
      'POST /dead-letters/discard': harness.recorded(202, { ...PLAN, batch }),
      'GET /dead-letters/batches/b-1': jsonResponse(200, stopped),
    });
    const { stdout, code } = await harness.dlq('discard', '--rate', '0.5', '--reason', 'a load test', '--yes');
    expect(harness.posted[0]).toMatchObject({
      headers: { 'x-operator': 'ada' },
      body: { filter: {}, ratePerSecond: 0.5, reason: 'a load test', dryRun: false },
    });
    expect([stdout.trim(), code]).toEqual(['1 discarded; stopped by grace, 1 are waiting again.', 1]);
  });

  it('exits with 1 when it changed nothing', async () => {
    const { stdout, code } = await harness.dlq('discard', '--reason', 'a load test', '--yes');
    expect([stdout.trim(), code]).toEqual(['Nothing was changed: there is nothing to discard.', 1]);
  });

  it("prints the console's reason for a rejection", async () => {
    const { stderr, code } = await harness.dlq('discard', DEAD_LETTER.id, '--reason', 'a test');
    expect([stderr.trim(), code]).toEqual(['Already resolved; by grace', 1]);
  });
});

describe('npm run dlq -- stop', () => {
  it('stops a batch and reports how far it got', async () => {
    const stopped = { ...BATCH, status: 'stopped', resolved: 1, released: 1, stoppedBy: 'ada' };
    await harness.respondWith({ 'POST /dead-letters/batches/b-1/stop': harness.recorded(200, stopped) });
    const { stdout, code } = await harness.dlq('stop', 'b-1');
    expect(harness.posted).toMatchObject([{ headers: { 'x-operator': 'ada' } }]);
    expect([stdout.trim(), code]).toEqual(['1 resubmitted; stopped by ada, 1 are waiting again.', 0]);
  });

  it("prints the console's reason when the batch has ended already", async () => {
    const rejected = jsonResponse(409, { title: 'Already resolved', detail: 'it is done already' });
    await harness.respondWith({ 'POST /dead-letters/batches/b-1/stop': rejected });
    const { stderr, code } = await harness.dlq('stop', 'b-1');
    expect([stderr.trim(), code]).toEqual(['Already resolved; it is done already', 1]);
  });
});
