import { setTimeout as pause } from 'node:timers/promises';
import type { HealthReport } from '@waybill/platform';
import type { Metrics } from '@waybill/platform/metrics-text';
import { reasonOf } from '../http/reason-of.js';

/** What one copy of a process showed at one moment. */
export interface CopyReading {
  url: string;
  /** Undefined: it did not respond. */
  metrics: Metrics | undefined;
  /** Undefined: it did not respond. */
  health: HealthReport | undefined;
  /** Why it did not respond. */
  failure?: string;
}

/** Less than the time between two readings, so that a process that hangs leaves no gap in the others' figures. */
const METRICS_TIMEOUT = 1_200;
/** A check of readiness takes up to 2 s while the server that it asks hangs. */
const HEALTH_TIMEOUT = 3_000;
/** How often the readiness of a copy that responds is checked, in ms: each check asks the servers that the process depends on. */
const HEALTH_INTERVAL = 5_000;
/** How long a reading waits for the readiness; then it shows the one before. */
const PATIENCE = 500;

/** Reads one copy of a process. One that hangs delays nothing but itself. */
export class CopyReader {
  private health: HealthReport | undefined;
  private checking: Promise<void> | undefined;
  private checkedAt = 0;

  constructor(
    private readonly url: string,
    private readonly parse: (text: string) => Metrics,
  ) {}

  /** Never rejects. */
  async read(): Promise<CopyReading> {
    const failures: string[] = [];
    const noteFailure = (error: unknown) => void failures.push(reasonOf(error));
    const metrics = await this.readMetrics().catch(noteFailure);
    if (!metrics || Date.now() - this.checkedAt >= HEALTH_INTERVAL) {
      this.checking ??= this.check()
        .catch(noteFailure)
        .finally(() => {
          this.checking = undefined;
        });
      await Promise.race([this.checking, pause(PATIENCE, undefined, { ref: false })]);
    }
    return {
      url: this.url,
      metrics: metrics ?? undefined,
      health: this.health,
      ...(failures[0] && { failure: failures[0] }),
    };
  }

  private async readMetrics(): Promise<Metrics> {
    const response = await get(`${this.url}/metrics`, METRICS_TIMEOUT);
    const text = await response.text();
    if (!response.ok) throw new Error(`GET /metrics: ${response.status}`);
    return this.parse(text);
  }

  private async check(): Promise<void> {
    try {
      const response = await get(`${this.url}/health/ready`, HEALTH_TIMEOUT);
      this.health = (await response.json()) as HealthReport;
      this.checkedAt = Date.now();
    } catch (error) {
      this.health = undefined;
      throw error;
    }
  }
}

const get = (url: string, timeout: number) => fetch(url, { signal: AbortSignal.timeout(timeout) });
