import { FakeHttpServer, type Route } from '@waybill/testing';

/** A process whose metrics and readiness a test chooses. */
export class FakeProcess {
  /** Lines of `/metrics`. */
  lines: string[] = [];
  /** In seconds. */
  startedAt = 1_000;
  checks: Record<string, { status: 'ok' | 'failing'; reason?: string }> = { postgres: { status: 'ok' } };
  private server: FakeHttpServer | undefined;

  static async start(...lines: string[]): Promise<FakeProcess> {
    const fake = new FakeProcess();
    fake.lines = lines;
    const metrics: Route = (_, response) => response.end(fake.text);
    const ready: Route = (_, response) => response.end(JSON.stringify({ status: fake.status, checks: fake.checks }));
    fake.server = await FakeHttpServer.start({ 'GET /metrics': metrics, 'GET /health/ready': ready });
    return fake;
  }

  get url(): string {
    return this.server!.url;
  }

  get requests(): readonly string[] {
    return this.server!.requests;
  }

  async stop(): Promise<void> {
    await this.server!.stop();
  }

  private get status() {
    return Object.values(this.checks).every(({ status }) => status === 'ok') ? 'ready' : 'not ready';
  }

  private get text(): string {
    const own = [`process_start_time_seconds ${this.startedAt}`, 'process_resident_memory_bytes 1000'];
    return `${[...own, ...this.lines].join('\n')}\n`;
  }
}
