import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as readJson } from 'node:stream/consumers';
import { FakeHttpServer, jsonResponse, type Route, runScript, type ScriptResult } from '@waybill/testing';

export const DEAD_LETTER = {
  id: '019e0000-0000-7000-8000-000000000001',
  source: 'jobs.print',
  consumer: 'printer',
  class: 'transient',
  error: 'no response\nfrom the device',
  group: '00112233aabbccdd',
  attempts: 4,
  messageId: 'm-1',
  type: 'example.PrintPage.v1',
  key: 'page-1',
  traceId: null,
  firstFailedAt: '2026-01-01T00:00:00.000Z',
  lastFailedAt: '2026-01-01T00:00:11.000Z',
  status: 'waiting',
  resubmissions: 0,
  version: 1,
};
export const PLAN = { matching: 3, selected: 2, excluded: 1, batch: null };
export const BATCH = {
  id: 'b-1',
  action: 'resubmit',
  status: 'running',
  selected: 2,
  resolved: 0,
  skipped: 0,
  released: 0,
  stoppedBy: null,
};

/** A fake console, and `npm run dlq` against it. */
export class DlqHarness {
  readonly directory = mkdtempSync(join(tmpdir(), 'waybill-dlq-'));
  /** Headers and body of each request that `recorded` responded to. */
  readonly posted: { headers: Record<string, unknown>; body: unknown }[] = [];
  private server!: FakeHttpServer;

  async respondWith(routes: Record<string, Route>): Promise<void> {
    await this.server?.stop();
    this.server = await FakeHttpServer.start(routes);
  }

  recorded(status: number, body: unknown): Route {
    return async (request, response) => {
      this.posted.push({ headers: request.headers, body: await readJson(request) });
      jsonResponse(status, body)(request, response);
    };
  }

  get requests(): string[] {
    return this.server.requests;
  }

  dlq(...args: string[]): Promise<ScriptResult> {
    return this.dlqAt(this.server.url, ...args);
  }

  dlqAt(console: string, ...args: string[]): Promise<ScriptResult> {
    const file = join(this.directory, 'endpoints.json');
    writeFileSync(file, JSON.stringify({ deadLetters: console, operatorToken: 'secret' }));
    return dlq(...args, '--endpoints', file);
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    rmSync(this.directory, { recursive: true });
  }
}

export const dlq = (...args: string[]): Promise<ScriptResult> =>
  runScript(join(import.meta.dirname, 'main.dlq.js'), args, { USER: 'ada' });
