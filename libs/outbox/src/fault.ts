/**
 * Whose fault an error is:
 * - `unavailable`: a dependency's. It can't be reached, starts, stops, or has no room: the same work succeeds later.
 * - `conflict`: another transaction's. The same work succeeds when it is repeated immediately.
 * - `data`: the data's. PostgreSQL can't store it, or a constraint forbids it: the same work fails every time.
 */
export type Fault = 'unavailable' | 'conflict' | 'data';

/** SQLSTATE classes and codes (PostgreSQL, appendix A). 25006: read-only, as after a failover. */
const SQLSTATE: readonly [states: RegExp, fault: Fault][] = [
  [/^(08|53|57|58)...$|^25006$/, 'unavailable'],
  [/^(40001|40P01)$/, 'conflict'],
  [/^(22|23|54)...$/, 'data'],
];

/** Of sockets and name servers, as POSIX, Node, undici (`UND_ERR_`) and nodemailer (`ESOCKET`, `ECONNECTION`, `EDNS`) name them. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ECONNECTION',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ESOCKET',
  'EDNS',
  'ERR_SOCKET_CLOSED',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** gRPC's DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE. */
const GRPC_UNAVAILABLE = [4, 8, 14];

/** Prisma's own codes where it keeps none of PostgreSQL's. */
const PRISMA: Record<string, Fault> = {
  P1001: 'unavailable',
  P1002: 'unavailable',
  P1008: 'unavailable',
  P1017: 'unavailable',
  P2024: 'unavailable',
  P2037: 'unavailable',
  P2034: 'conflict',
};

const DEEPEST_CAUSE = 8;

interface Coded {
  code?: unknown;
  originalCode?: unknown;
  details?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/**
 * The fault of an error, by the first known code among it and its causes; undefined when there is none. Never by an error's
 * text, which may quote what came from outside, nor by its class: an error of Node's own is no `Error` of Jest's context.
 */
export function faultOf(error: unknown): Fault | undefined {
  for (const { code, originalCode, details } of withCauses(error)) {
    const isGrpc = typeof code === 'number' && typeof details === 'string';
    if (isGrpc && GRPC_UNAVAILABLE.includes(code)) return 'unavailable';
    const fault = faultOfCode(originalCode) ?? faultOfCode(code);
    if (fault) return fault;
  }
  return undefined;
}

/** The SQLSTATE of an error that PostgreSQL reported, also through Prisma. */
export function sqlStateOf(error: unknown): string | undefined {
  for (const { code, originalCode } of withCauses(error)) {
    const state = [originalCode, code].find((each) => typeof each === 'string' && /^\d[\dA-Z]{4}$/.test(each));
    if (state) return state as string;
  }
  return undefined;
}

function faultOfCode(code: unknown): Fault | undefined {
  if (typeof code !== 'string') return undefined;
  if (UNREACHABLE.has(code)) return 'unavailable';
  return PRISMA[code] ?? SQLSTATE.find(([states]) => states.test(code))?.[1];
}

function* withCauses(error: unknown): Generator<Coded> {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof current === 'object' && current !== null; depth++) {
    const coded = current as Coded;
    yield coded;
    current = coded.cause ?? coded.meta?.driverAdapterError;
  }
}
