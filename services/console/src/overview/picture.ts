import type { Topology } from '@waybill/messaging/contract';
import { type Backlog, backlogOf, type Waiting } from './backlog-figures.js';
import { countKey, labelIn, processIn } from './counters.js';
import { Memory, type Remembered } from './memory.js';
import type { ProcessState } from './process-states.js';
import { growthOf, type Reading, type Window } from './reading.js';
import { type ServerState, serverStates } from './server-states.js';
import { HANDLED, PUBLISHED } from './system-series.js';

export const NODE_KINDS = ['process', 'queue', 'topic', 'database', 'server'] as const;
export const NODE_STATUSES = ['ok', 'degraded', 'away', 'unknown'] as const;
export const EDGE_KINDS = ['publishes', 'consumes', 'calls', 'uses'] as const;
export const EDGE_STATUSES = ['ok', 'behind', 'held up', 'paused', 'away', 'unknown'] as const;

export interface PictureNode {
  /** `queue:orders.process`. */
  id: string;
  kind: (typeof NODE_KINDS)[number];
  name: string;
  status: (typeof NODE_STATUSES)[number];
  /** Why the status is not ok. */
  reason: string | null;
  /** What carries a queue or topic. */
  broker: string | null;
  /** Of a process: what waits in its outbox. */
  outbox: Waiting | null;
  lastSeen: string | null;
}

export interface PictureEdge {
  id: string;
  from: string;
  to: string;
  kind: (typeof EDGE_KINDS)[number];
  status: (typeof EDGE_STATUSES)[number];
  /** Messages or calls a second; null: unknown. */
  rate: number | null;
  /** Of what is consumed. The figures are null while nobody knows them; `lastSeen` is that of the lag. */
  lag: Waiting | null;
  retries: number | null;
  deadLetters: Waiting | null;
  parked: (Waiting & { keys: number }) | null;
  lastSeen: string | null;
}

export interface PictureOptions {
  topology: Pick<Topology, 'queues' | 'topics' | 'consumers'>;
  brokers: { events: string; tasks: string };
}

/** Seconds. A consumer whose oldest message is older is behind. */
const BEHIND = 30;

/**
 * The system as nodes and edges: queues, topics and who consumes them from the contracts; who publishes, calls and uses what from
 * what the processes show. An edge that was seen stays.
 */
export class Picture {
  private readonly memory = new Memory();
  private readonly published = new Set<string>();

  constructor(private readonly options: PictureOptions) {}

  draw(reading: Reading, processes: readonly ProcessState[], window: Window | undefined) {
    const backlog = backlogOf(reading);
    const servers = serverStates(processes, this.options.brokers).map((server) => ({
      ...server,
      ...this.memory.note(`${server.kind}:${server.name}`, server.isReached || undefined, reading.at),
    }));
    const scene: Scene = { reading, processes, window, backlog, servers };
    const edges = [...this.consumed(scene), ...this.publishing(scene), ...this.calls(scene), ...this.uses(scene)];
    return { nodes: this.nodes(scene), edges, servers };
  }

  private nodes({ reading, processes, backlog, servers }: Scene): PictureNode[] {
    const { topology, brokers } = this.options;
    const bare = { broker: null, outbox: null };
    const serverNode = (kind: PictureNode['kind'], name: string, { status, reason, lastSeen }: SeenServer) =>
      ({ ...bare, id: `${kind}:${name}`, kind, name, status, reason, lastSeen }) satisfies PictureNode;
    const carried = (kind: 'queue' | 'topic', name: string, broker: string) => ({
      ...serverNode(kind, name, servers.find((server) => server.name === broker) ?? UNHEARD),
      broker,
    });
    return [
      ...processes.map((process) => ({
        ...bare,
        id: `process:${process.name}`,
        kind: 'process' as const,
        name: process.name,
        status:
          process.status === 'ready'
            ? ('ok' as const)
            : process.status === 'away'
              ? ('away' as const)
              : ('degraded' as const),
        reason: process.failure ?? failing(process),
        outbox: (reading.hears(process.name) && backlog.outboxOf(process.name)) || null,
        lastSeen: process.lastSeen,
      })),
      ...topology.queues.map(({ name }) => carried('queue', name, brokers.tasks)),
      ...topology.topics.map(({ name }) => carried('topic', name, brokers.events)),
      ...servers
        .filter(({ kind }) => kind !== 'broker')
        .map((server) => serverNode(server.kind as PictureNode['kind'], server.name, server)),
    ];
  }

  private consumed(scene: Scene): PictureEdge[] {
    return Object.entries(this.options.topology.consumers ?? {}).flatMap(([consumer, { queues, topics }]) =>
      consumingProcesses(consumer, scene.processes).flatMap((process) =>
        [...queues, ...topics].map((source) => this.consumes(scene, { consumer, process, source })),
      ),
    );
  }

  private consumes(scene: Scene, { consumer, process, source }: Consuming): PictureEdge {
    const { reading, backlog } = scene;
    const lag = backlog.lagOf(consumer, source.name);
    const heard = this.memory.note(`${consumer} ${source.name}`, lag, reading.at);
    const from = `${source.kind}:${source.name}`;
    return {
      ...edge('consumes', from, `process:${process.name}`),
      status: consumingStatus(process, heard, stopIn(backlog, process.name, source.name)),
      rate: rateOf(scene, HANDLED.metric, process.name, source.name),
      lag: lag ?? null,
      retries: backlog.retriesOf(consumer, source.name) ?? null,
      deadLetters: backlog.deadLettersOf(consumer, source.name) ?? null,
      parked: backlog.parkedOf(process.name, source.name) ?? null,
      lastSeen: heard.lastSeen,
    };
  }

  private publishing(scene: Scene): PictureEdge[] {
    const { queues, topics } = this.options.topology;
    const ids = new Map([...queues, ...topics].map(({ kind, name }) => [name, `${kind}:${name}`]));
    for (const key of publishedIn(scene.reading)) this.published.add(key);
    return [...this.published].flatMap((key) => {
      const [process, destination] = [processIn(key), labelIn(key)];
      const to = ids.get(destination);
      if (!to) return [];
      return [
        this.observed(
          scene,
          edge('publishes', `process:${process}`, to),
          process,
          rateOf(scene, PUBLISHED.metric, process, destination),
        ),
      ];
    });
  }

  /** A process that calls another measures it: `<namespace>_<the other>_call_seconds`. */
  private calls(scene: Scene): PictureEdge[] {
    return scene.reading.processes.flatMap(({ process, copies }) => {
      const declared = copies.flatMap(({ metrics }) => [...(metrics?.declared ?? [])]);
      return scene.processes.flatMap(({ name }) => {
        const metric = declared.find((one) => one.endsWith(`_${name.replaceAll('-', '_')}_call_seconds`));
        if (metric) this.memory.called.set(`${process} ${name}`, metric);
        const known = this.memory.called.get(`${process} ${name}`);
        if (!known) return [];
        const rate = rateOf(scene, `${known}_count`, process);
        return [this.observed(scene, edge('calls', `process:${process}`, `process:${name}`), process, rate)];
      });
    });
  }

  private uses(scene: Scene): PictureEdge[] {
    return scene.servers
      .filter(({ kind }) => kind !== 'broker')
      .flatMap(({ kind, name, users }) =>
        users.map((user) => ({
          ...this.observed(scene, edge('uses', `process:${user.process}`, `${kind}:${name}`), user.process, null),
          status: user.status,
        })),
      );
  }

  private observed({ processes }: Scene, drawn: PictureEdge, process: string, rate: number | null): PictureEdge {
    const state = processes.find(({ name }) => name === process);
    return { ...drawn, rate, status: state?.status === 'away' ? 'away' : 'ok', lastSeen: state?.lastSeen ?? null };
  }
}

type SeenServer = ServerState & { lastSeen: string | null };

interface Scene {
  reading: Reading;
  processes: readonly ProcessState[];
  window: Window | undefined;
  backlog: Backlog;
  servers: readonly SeenServer[];
}

interface Consuming {
  consumer: string;
  process: ProcessState;
  source: { kind: 'queue' | 'topic'; name: string };
}

const UNHEARD = { status: 'unknown', reason: 'no process says it', lastSeen: null } as SeenServer;

const edge = (kind: PictureEdge['kind'], from: string, to: string): PictureEdge => ({
  id: `${from} ${kind} ${to}`,
  from,
  to,
  kind,
  status: 'unknown',
  rate: null,
  lag: null,
  retries: null,
  deadLetters: null,
  parked: null,
  lastSeen: null,
});

function failing({ checks, status }: ProcessState): string | null {
  const failed = status === 'not ready' ? checks.filter((check) => check.status === 'failing') : [];
  return failed.map(({ name, reason }) => `${name}: ${reason}`).join('; ') || null;
}

function rateOf({ window, reading }: Scene, metric: string, process: string, label?: string): number | null {
  if (!window || !reading.hears(process)) return null;
  return (growthOf(window, metric).get(countKey(process, label)) ?? 0) / window.seconds;
}

const publishedIn = ({ totals }: Reading) => totals.get(PUBLISHED.metric)?.keys() ?? [];

/** The processes of a service are named after it. Those that consume check a broker. */
function consumingProcesses(consumer: string, processes: readonly ProcessState[]): ProcessState[] {
  const namesake = processes.filter(({ name }) => name === consumer);
  if (namesake.length) return namesake;
  const own = processes.filter(({ name }) => name.startsWith(`${consumer}-`));
  const consuming = own.filter(
    ({ checks }) => !checks.length || checks.some(({ name }) => name === 'kafka' || name === 'rabbitmq'),
  );
  return consuming.length ? consuming : own;
}

function stopIn(backlog: Backlog, process: string, source: string) {
  if (backlog.isPaused(process, source)) return 'paused';
  return backlog.heldUpOf(process, source) > 0 ? 'held up' : undefined;
}

function consumingStatus(
  { status }: ProcessState,
  { value, lastSeen }: Remembered<Waiting>,
  stop: 'paused' | 'held up' | undefined,
): PictureEdge['status'] {
  if (status === 'away') return 'away';
  if (stop) return stop;
  if (!value || !lastSeen) return 'unknown';
  return value.seconds !== null && value.seconds > BEHIND ? 'behind' : 'ok';
}
