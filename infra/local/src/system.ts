import { existsSync, globSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { requireFree } from './ports.js';
import type { ProcessSpec } from './process-spec.js';
import { identify, type ProcessId } from './process-times.js';
import { type Output, step } from './progress.js';
import type { Prepared, Provider } from './provider.js';
import { providers } from './providers/index.js';
import { endCommands, run } from './run.js';
import {
  commonEnvironment,
  DATABASES,
  databaseUrl,
  endpointName,
  operatorToken,
  SERVICES,
  serviceSpecs,
} from './services.js';
import { type PortName, root, type Settings } from './settings.js';
import { endpointsPath, ensureFolders, removeState, type State, writeAtomically, writeState } from './state.js';
import { Supervised } from './supervised.js';

const BACKING_READY_WITHIN = 120_000;
const SERVICE_READY_WITHIN = 120_000;
const LOG_LIMIT = 20 * 1024 * 1024;

/** The ports of each backing service that is ours to run. */
const PORTS_OF: Record<string, PortName[]> = {
  postgres: ['POSTGRES_PORT'],
  rabbitmq: ['RABBITMQ_PORT', 'RABBITMQ_UI_PORT', 'RABBITMQ_DIST_PORT', 'RABBITMQ_EPMD_PORT'],
  kafka: ['KAFKA_PORT', 'KAFKA_CONTROLLER_PORT'],
  temporal: ['TEMPORAL_PORT', 'TEMPORAL_UI_PORT'],
  mail: ['SMTP_PORT', 'MAIL_PORT'],
};

/** What of the whole is to run. */
export interface Parts {
  /** Backing services. */
  servers: readonly Provider['name'][];
  /** What is ours, with its databases. */
  services: boolean;
}

const ALL: Parts = { servers: providers.map(({ name }) => name), services: true };

/** Everything that runs for one copy: started in order, kept running, stopped in reverse. */
export class System {
  private readonly processes: Supervised[] = [];
  private prepared: ReadonlyMap<string, Prepared> = new Map();
  private status: State['status'] = 'starting';
  private reason: string | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly output: Output,
    private readonly parts: Parts = ALL,
  ) {}

  /** Resolves when all is healthy. */
  async start(): Promise<void> {
    const { settings, output, parts } = this;
    ensureFolders(settings.home);
    rotateLogs(settings.home);
    this.save();
    this.prepared = await prepareAll(settings, output, parts.servers);
    const ours = providers.filter(({ name }) => this.prepared.get(name)?.process);
    await requireFree(settings.ports, [
      ...ours.flatMap(({ name }) => PORTS_OF[name]!),
      ...this.services.map(({ port }) => port),
    ]);

    const env = commonEnvironment(
      settings,
      [...this.prepared.values()].map(({ reach }) => reach),
    );
    const specs = ours.map(({ name }) => this.prepared.get(name)!.process!);
    const starting = new Map(specs.map((spec) => [spec.name, this.run(spec, BACKING_READY_WITHIN)]));
    const migrated = Promise.resolve(starting.get('postgres')).then(() =>
      parts.services ? step(output, 'migrating databases', () => migrate(env)) : undefined,
    );
    await Promise.all([...starting.values(), migrated]);
    if (parts.services) {
      await Promise.all(serviceSpecs(settings, env).map((spec) => this.run(spec, SERVICE_READY_WITHIN)));
    }
    this.status = 'running';
    this.save();
  }

  /** In reverse: what is ours side by side, then the servers. */
  async stop(): Promise<void> {
    this.status = 'stopping';
    this.save();
    endCommands();
    const isOurs = ({ spec }: Supervised) => SERVICES.some(({ name }) => name === spec.name);
    await Promise.all(this.processes.filter(isOurs).map((process) => process.stop()));
    await Promise.all(this.processes.filter((process) => !isOurs(process)).map((process) => process.stop()));
    removeState(this.settings.home);
  }

  /** Leaves word of what went wrong for whoever waits for the start. */
  fail(reason: string): void {
    this.status = 'failed';
    this.reason = reason;
    this.save();
  }

  private async run(spec: ProcessSpec, within: number): Promise<void> {
    const logFile = logPath(this.settings.home, spec.name);
    const supervised = new Supervised(spec, { output: this.output, logFile, onChange: () => this.save() });
    this.processes.push(supervised);
    try {
      await step(this.output, `starting ${spec.name}`, () => supervised.start(within));
    } catch (error) {
      throw new Error(`${(error as Error).message}\n  its log: ${logFile}`);
    }
  }

  private get services() {
    return this.parts.services ? SERVICES : [];
  }

  private save(): void {
    const { home } = this.settings;
    const pids = this.processes.flatMap(({ spec, pid }) => (pid ? [[spec.name, pid] as const] : []));
    const identified = pids.flatMap(([name, pid]) => {
      const id = identify(pid);
      return id ? [[name, id] as [string, ProcessId]] : [];
    });
    writeState(home, {
      supervisor: identify(process.pid)!,
      status: this.status,
      ...(this.reason && { reason: this.reason }),
      processes: Object.fromEntries(identified),
    });
    writeAtomically(endpointsPath(home), this.endpoints(Object.fromEntries(pids)));
  }

  private endpoints(processes: Record<string, number>) {
    const { settings } = this;
    const ours = this.services.map((each) => [endpointName(each), `http://127.0.0.1:${settings.ports[each.port]}`]);
    const backing = [...this.prepared.values()].map(({ reach }) => reach.endpoints);
    return {
      ...Object.fromEntries(ours),
      ...Object.assign({}, ...backing),
      operatorToken: operatorToken(settings),
      processes,
    };
  }
}

/** Brings what is missing, by the name of the backing service. Rejects with everything that can't be had. */
export async function prepareAll(
  settings: Settings,
  output: Output,
  servers = ALL.servers,
): Promise<Map<string, Prepared>> {
  const chosen = providers.filter(({ name }) => servers.includes(name));
  const prepared = await together(chosen.map((provider) => provider.prepare(settings, output)));
  return new Map(chosen.map(({ name }, index) => [name, prepared[index]!]));
}

export const logPath = (home: string, name: string): string => join(home, 'logs', `${name}.log`);

/** Waits for all of it, and then tells of everything that failed: what is missing is missing at once. */
async function together<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  const failures = settled.flatMap((outcome) =>
    outcome.status === 'rejected' ? [(outcome.reason as Error).message] : [],
  );
  if (failures.length) throw new Error(failures.join('\n\n'));
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<T>).value);
}

async function migrate(env: Record<string, string | undefined>): Promise<void> {
  await Promise.all(
    DATABASES.map((service) =>
      run(process.execPath, [join(root, 'services', service, 'dist', 'main.migrate.js')], {
        env: { ...env, DATABASE_URL: databaseUrl(env.POSTGRES_URL!, service) },
      }),
    ),
  );
}

/** One old file a process is kept. */
function rotateLogs(home: string): void {
  for (const log of globSync(join(home, 'logs', '*.log'))) {
    if (existsSync(log) && statSync(log).size > LOG_LIMIT) renameSync(log, `${log}.old`);
  }
}
