import type { ProcessState } from './process-states.js';

/** A server that processes depend on, as they see it. */
export interface ServerState {
  kind: 'broker' | 'database' | 'server';
  /** `kafka`; of a database the service's. */
  name: string;
  /** degraded: some processes do not reach it. */
  status: 'ok' | 'degraded' | 'away' | 'unknown';
  reason: string | null;
  /** Whether a process reaches it now. */
  isReached: boolean;
  users: readonly { process: string; status: 'ok' | 'away' | 'unknown' }[];
}

/** Each server by the readiness checks of those that use it. A database is one service's own. */
export function serverStates(
  processes: readonly ProcessState[],
  brokers: { events: string; tasks: string },
): ServerState[] {
  const uses = processes.flatMap((process) =>
    process.checks.flatMap((check) => {
      const server = serverOf(check.name, process.name, processes, brokers);
      return server ? [{ ...server, process, check }] : [];
    }),
  );
  const grouped = Map.groupBy(uses, ({ kind, name }) => `${kind}:${name}`);
  return [...grouped.values()].map((users) => stateOf(users));
}

type Use = { kind: ServerState['kind']; name: string; process: ProcessState; check: ProcessState['checks'][number] };

function stateOf(uses: readonly Use[]): ServerState {
  const { kind, name } = uses[0]!;
  const responding = uses.filter(({ process }) => process.status !== 'away');
  const failing = responding.filter(({ check }) => check.status === 'failing');
  const reached = responding.filter(({ check }) => check.status === 'ok');
  return {
    kind,
    name,
    status: !responding.length ? 'unknown' : !failing.length ? 'ok' : reached.length ? 'degraded' : 'away',
    reason: failing.map(({ process, check }) => `${process.name}: ${check.reason}`).join('; ') || null,
    isReached: reached.length > 0,
    users: uses.map(({ process, check }) => ({
      process: process.name,
      status: process.status === 'away' ? 'unknown' : check.status === 'ok' ? 'ok' : 'away',
    })),
  };
}

function serverOf(
  check: string,
  process: string,
  processes: readonly ProcessState[],
  brokers: { events: string; tasks: string },
): Pick<ServerState, 'kind' | 'name'> | undefined {
  if (check === 'kafka') return { kind: 'broker', name: brokers.events };
  if (check === 'rabbitmq') return { kind: 'broker', name: brokers.tasks };
  if (check === 'postgres') return { kind: 'database', name: serviceOf(process, processes) };
  if (check === 'temporal') return { kind: 'server', name: check };
  return undefined;
}

/** `order` for order-api and order-processor: processes that share the first word of their names are one service's. */
function serviceOf(process: string, processes: readonly ProcessState[]): string {
  const [first] = process.split('-');
  const siblings = processes.filter(
    ({ name, checks }) => name.split('-')[0] === first && checks.some((check) => check.name === 'postgres'),
  );
  return siblings.length > 1 ? first! : process;
}
