import { join } from 'node:path';
import {
  carriersOf,
  databases,
  endpointKey,
  portName,
  portNames,
  processes,
  requireComplete,
  type ServerName,
  servers,
} from '@waybill/system';
import { type Components, everything } from './components.js';
import { rotateLogs } from './log-rotation.js';
import { requireFree } from './ports.js';
import type { ProcessSpec } from './process-spec.js';
import { identify, type ProcessId } from './process-times.js';
import { type Output, step } from './progress.js';
import type { Prepared } from './provider.js';
import { providers } from './providers/index.js';
import { endCommands, run } from './run.js';
import {
  databaseUrl,
  operatorToken,
  readerToken,
  type ServiceOptions,
  serviceEnvironment,
  serviceSpecs,
  urlOf,
  webhookSecret,
} from './services.js';
import { type Environment, root, type Settings } from './settings.js';
import { endpointsPath, ensureFolders, removeState, type State, writeAtomically, writeState } from './state.js';
import { Supervised } from './supervised.js';

const SERVER_READY_WITHIN = 120_000;
const SERVICE_READY_WITHIN = 120_000;
const LOG_ROTATION_INTERVAL = 60_000;

/** All processes of one running system: started in order, restarted when they end, stopped in reverse. */
export class System {
  private readonly running: Supervised[] = [];
  private prepared: ReadonlyMap<string, Prepared> = new Map();
  private status: State['status'] = 'starting';
  private reason: string | undefined;
  private rotation: NodeJS.Timeout | undefined;
  private env: Environment = {};

  constructor(
    private readonly settings: Settings,
    private readonly output: Output,
    private readonly components: Components = everything(settings.env),
    private readonly options: ServiceOptions = {},
  ) {}

  /** In the order of their start. */
  get supervised(): readonly Supervised[] {
    return this.running;
  }

  /** What the application services are told of the servers; empty until these are prepared. */
  get environment(): Environment {
    return this.env;
  }

  /** Resolves when all is healthy. The console carries out faults by the launcher's socket. */
  async start(launcherSocket?: string): Promise<void> {
    const { settings, output, components } = this;
    requireComplete(root);
    ensureFolders(settings.home);
    rotateLogs(settings.home);
    this.rotation = setInterval(() => this.rotate(), LOG_ROTATION_INTERVAL).unref();
    this.save();
    this.prepared = await prepareAll(settings, output, components.servers);
    const started = servers.filter(({ name }) => this.prepared.get(name)?.process);
    await requireFree(settings.ports, [...started.flatMap(portNames), ...components.processes.map(portName)]);

    const connections = [...this.prepared.values()].map(({ connection }) => connection);
    this.env = serviceEnvironment(settings, connections);
    const specs = started.map(({ name }) => this.prepared.get(name)!.process!);
    const starting = new Map(specs.map((spec) => [spec.name, this.run(spec, SERVER_READY_WITHIN)]));
    const migrated = Promise.resolve(starting.get('postgres')).then(() => this.migrate());
    await Promise.all([...starting.values(), migrated]);
    const services = serviceSpecs(settings, this.env, components.processes, { ...this.options, launcherSocket });
    await Promise.all(services.map((spec) => this.run(spec, SERVICE_READY_WITHIN)));
    this.status = 'running';
    this.save();
  }

  /** Names of the processes whose packages are in these folders. */
  processesIn(folders: ReadonlySet<string>): string[] {
    return this.components.processes.filter((each) => folders.has(each.package)).map(({ name }) => name);
  }

  /** The processes of these names again, with what is on the disk now; rejects when one does not become ready. */
  async restart(names: readonly string[]): Promise<void> {
    await this.migrate();
    const chosen = this.running.filter(({ spec }) => names.includes(spec.name));
    await allSettledOrThrow(
      chosen.map((one) => step(this.output, `restarting ${one.spec.name}`, () => one.restart(SERVICE_READY_WITHIN))),
    );
  }

  /** Application services first, then the servers. */
  async stop(): Promise<void> {
    this.status = 'stopping';
    clearInterval(this.rotation);
    this.save();
    endCommands();
    const isService = ({ spec }: Supervised) => processes.some(({ name }) => name === spec.name);
    await Promise.all(this.running.filter(isService).map((one) => one.stop()));
    await Promise.all(this.running.filter((one) => !isService(one)).map((one) => one.stop()));
    removeState(this.settings.home);
  }

  /** Records why the start failed, for the command that waits for it. */
  fail(reason: string): void {
    this.status = 'failed';
    this.reason = reason;
    this.save();
  }

  private async run(spec: ProcessSpec, within: number): Promise<void> {
    const logFile = logPath(this.settings.home, spec.name);
    const supervised = new Supervised(spec, { output: this.output, logFile, onChange: () => this.save() });
    this.running.push(supervised);
    try {
      await step(this.output, `starting ${spec.name}`, () => supervised.start(within));
    } catch (error) {
      throw new Error(`${(error as Error).message}\n  log: ${logFile}`);
    }
  }

  private rotate(): void {
    try {
      rotateLogs(this.settings.home);
    } catch (error) {
      this.output.line(`  could not rotate the logs: ${(error as Error).message}`);
    }
  }

  private async migrate(): Promise<void> {
    const owners = new Set(this.components.processes.map(({ database }) => database));
    const owned = databases.filter(({ name }) => owners.has(name));
    if (owned.length) await step(this.output, 'migrating databases', () => migrate(owned, this.env));
  }

  private save(): void {
    const { home } = this.settings;
    const pids = this.running.flatMap(({ spec, pid }) => (pid ? [[spec.name, pid] as const] : []));
    const companions = this.running.flatMap(({ spec }) => spec.companion?.() ?? []);
    const all = [...pids, ...companions.map(({ name, pid }) => [name, pid] as const)];
    const identified = all.flatMap(([name, pid]) => {
      const id = identify(pid);
      return id ? [[name, id] as [string, ProcessId]] : [];
    });
    writeState(home, {
      supervisor: identify(process.pid)!,
      status: this.status,
      ...(this.reason && { reason: this.reason }),
      services: this.components.processes.map(({ name }) => name),
      processes: Object.fromEntries(identified),
    });
    writeAtomically(endpointsPath(home), this.endpoints(Object.fromEntries(pids)));
  }

  private endpoints(pids: Record<string, number>) {
    const { settings } = this;
    return {
      ...Object.fromEntries(this.components.processes.map((each) => [endpointKey(each), urlOf(each, settings)])),
      ...Object.assign({}, ...[...this.prepared.values()].map(({ connection }) => connection.endpoints)),
      ...carriersOf(settings.env),
      operatorToken: operatorToken(settings),
      readerToken: readerToken(settings),
      webhookSecret: webhookSecret(settings),
      processes: pids,
    };
  }
}

/** Installs what is missing, by the name of the server. Rejects with everything that cannot be installed. */
export async function prepareAll(
  settings: Settings,
  output: Output,
  names: readonly ServerName[] = everything(settings.env).servers,
): Promise<Map<string, Prepared>> {
  const chosen = providers.filter(({ name }) => names.includes(name));
  const prepared = await allSettledOrThrow(chosen.map((provider) => provider.prepare(settings, output)));
  return new Map(chosen.map(({ name }, index) => [name, prepared[index]!]));
}

export const logPath = (home: string, name: string): string => join(home, 'logs', `${name}.log`);

/** Waits for all, then throws every failure, so that a person sees at once all that is missing. */
async function allSettledOrThrow<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  const failures = settled.flatMap((outcome) =>
    outcome.status === 'rejected' ? [(outcome.reason as Error).message] : [],
  );
  if (failures.length) throw new Error(failures.join('\n\n'));
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<T>).value);
}

/** Each in the folder of its package, whose migrations and libraries say what the database needs. */
async function migrate(owned: typeof databases, env: Environment): Promise<void> {
  const script = join(root, 'libs', 'platform', 'dist', 'main.migrate.js');
  await Promise.all(
    owned.map(({ name, package: folder }) =>
      run(process.execPath, [script], {
        cwd: join(root, folder),
        env: { ...env, DATABASE_URL: databaseUrl(env.POSTGRES_URL!, name) },
      }),
    ),
  );
}
