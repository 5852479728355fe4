import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonResponse } from '@waybill/testing';
import { DEAD_LETTER, DlqHarness } from './dlq.fixture.js';

const DETAIL = {
  ...DEAD_LETTER,
  stack: 'Error: no response\n    at print',
  headers: { 'content-type': 'application/json', 'x-waybill-class': 'transient' },
  body: '{"pageId":"page-1"}',
  bodyEncoding: 'utf-8',
  dataref: null,
  bodyUnavailable: null,
  history: [{ event: 'failed', at: '2026-01-01T00:00:11.000Z', by: 'printer', detail: 'no answer', editedBody: null }],
};

let harness: DlqHarness;
beforeEach(() => {
  harness = new DlqHarness();
});
afterEach(() => harness.stop());

describe('npm run dlq -- list', () => {
  beforeEach(() =>
    harness.respondWith({ 'GET /dead-letters': jsonResponse(200, { items: [DEAD_LETTER], nextCursor: 'next' }) }),
  );

  it('prints one line per waiting dead letter and the cursor of the next page', async () => {
    const { stdout, code } = await harness.dlq('list', '--class', 'transient');
    expect(stdout).toMatch(/^id +source +consumer/);
    expect(stdout).toMatch(/jobs\.print +printer +transient +waiting .*no response from the device/);
    expect(stdout).toContain('--cursor next');
    expect(harness.requests).toEqual(['GET /dead-letters?class=transient&status=waiting&limit=20']);
    expect(code).toBe(0);
  });

  it("prints the console's response with --json", async () => {
    const { stdout } = await harness.dlq('list', '--json');
    expect(JSON.parse(stdout).items).toEqual([DEAD_LETTER]);
  });
});

describe('npm run dlq -- groups', () => {
  it('shows how many failed for the same reason, and where', async () => {
    const group = {
      ...DEAD_LETTER,
      count: 12,
      place: 'print (device.js)',
      sources: ['jobs.print'],
      consumers: ['printer'],
      example: DEAD_LETTER.id,
    };
    await harness.respondWith({ 'GET /dead-letters/groups': jsonResponse(200, { items: [group], nextCursor: null }) });
    const { stdout } = await harness.dlq('groups');
    expect(stdout).toMatch(/00112233aabbccdd {2}12 .*print \(device\.js\)/);
  });
});

describe('npm run dlq -- show', () => {
  const respondWith = (detail: object) =>
    harness.respondWith({ [`GET /dead-letters/${DEAD_LETTER.id}`]: jsonResponse(200, detail) });

  it('shows the whole dead letter and saves its body for editing', async () => {
    await respondWith(DETAIL);
    const file = join(harness.directory, 'body.json');
    const { stdout } = await harness.dlq('show', DEAD_LETTER.id, '--save', file);
    for (const part of ['"pageId": "page-1"', 'at print', 'content-type: application/json', 'failed  by printer']) {
      expect(stdout).toContain(part);
    }
    expect(readFileSync(file, 'utf8')).toBe(DETAIL.body);
  });

  it('shows where a claim-checked body is stored', async () => {
    await respondWith({ ...DETAIL, dataref: 'file:///objects/1' });
    const { stdout } = await harness.dlq('show', DEAD_LETTER.id);
    expect(stdout).toContain('body (from file:///objects/1):\n  {\n    "pageId": "page-1"');
  });

  it('gives the reason for an unavailable body, and saves nothing', async () => {
    const bodyUnavailable = 'file:///objects/1 is no longer in the object store';
    await respondWith({ ...DETAIL, body: '', dataref: 'file:///objects/1', bodyUnavailable });
    expect((await harness.dlq('show', DEAD_LETTER.id)).stdout).toContain(`body (unavailable):\n  ${bodyUnavailable}`);

    const file = join(harness.directory, 'body.json');
    const { stderr, code } = await harness.dlq('show', DEAD_LETTER.id, '--save', file);
    expect([stderr.trim(), code]).toEqual([`nothing was saved: ${bodyUnavailable}`, 1]);
    expect(existsSync(file)).toBe(false);
  });
});
