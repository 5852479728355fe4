/** One condition of a process's readiness. */
export interface HealthCheck {
  name: string;
  /** Rejects with the reason while it is not ready. */
  check(): Promise<void>;
  /** What a person should know although it is ready. */
  note?(): string | undefined;
}

export interface HealthReport {
  status: 'ready' | 'not ready';
  checks: Record<string, Outcome>;
}

interface Outcome {
  status: 'ok' | 'failing';
  /** Why it fails. */
  reason?: string;
  /** What a person should know although it is ok, such as a consumer that an operator has paused. */
  note?: string;
}

const TIMEOUT = 2_000;

/** All conditions of the process's readiness; each module adds its checks at start. */
export class Health {
  private readonly checks: HealthCheck[] = [];
  private draining = false;
  private started = false;

  add(...checks: HealthCheck[]): void {
    this.checks.push(...checks);
  }

  /** Not ready from now on, so that no new requests arrive while the process drains. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  /** Whether it has been ready once: until then, an orchestrator gives it time. */
  async hasStarted(): Promise<boolean> {
    return this.started || (await this.report()).status === 'ready';
  }

  async report(): Promise<HealthReport> {
    const entries = await Promise.all(this.checks.map(async (check) => [check.name, await outcomeOf(check)] as const));
    if (this.draining) entries.push(['process', { status: 'failing', reason: 'is stopping' }]);
    const ready = entries.every(([, outcome]) => outcome.status === 'ok');
    this.started ||= ready;
    return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(entries) };
  }
}

async function outcomeOf(check: HealthCheck): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no response within ${TIMEOUT} ms`)), TIMEOUT);
  });
  try {
    await Promise.race([check.check(), late]);
    const note = check.note?.();
    return { status: 'ok', ...(note && { note }) };
  } catch (error) {
    return { status: 'failing', reason: (error as Error).message || String(error) };
  } finally {
    clearTimeout(timer);
  }
}
