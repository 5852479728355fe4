import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { FAULT_KINDS, type FaultRequest } from './effects.js';
import { FaultRejected, type Faults } from './faults.js';
import { socketPath } from './socket-path.js';
import type { TargetStates } from './target-states.js';

/** Rejects everything else that is sent to it. */
const MAX_BODY = 16_384;
/** Seconds. */
const LONGEST_FAULT = 3_600;

export interface LauncherSocketOptions {
  home: string;
  faults: Faults;
  states: TargetStates;
  /** What else can be read, by path. */
  reads?: Record<string, () => Promise<unknown>>;
}

/**
 * HTTP with JSON on a Unix socket that only its owner can open: `GET /faults`, `POST /faults`, `DELETE /faults/ID`. An error is
 * `{ message }`.
 */
export class LauncherSocket {
  private constructor(
    readonly path: string,
    private readonly server: Server,
    private readonly remove: () => void,
  ) {}

  static async open(options: LauncherSocketOptions): Promise<LauncherSocket> {
    const { path, remove } = socketPath(options.home);
    const server = createServer(async (request, response) => {
      const { status, body } = await respond(request, options).catch(failure);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    // The file has its mode from the moment on when it is there.
    const mask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
    await once(server, 'listening');
    return new LauncherSocket(path, server.unref(), remove);
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    this.remove();
  }
}

interface Answer {
  status: number;
  body: unknown;
}

async function respond(request: IncomingMessage, options: LauncherSocketOptions): Promise<Answer> {
  const { faults, states, reads = {} } = options;
  const { method, url = '' } = request;
  const id = /^\/faults\/([^/]+)$/.exec(url)?.[1];
  if (method === 'GET' && url === '/faults') {
    return { status: 200, body: { targets: await states.read(), inEffect: faults.inEffect, recent: faults.recent } };
  }
  if (method === 'POST' && url === '/faults') {
    const fault = await faults.inject(await faultRequest(request));
    states.forget();
    return { status: 201, body: fault };
  }
  if (method === 'DELETE' && id) {
    const fault = faults.undo(id);
    states.forget();
    return { status: 200, body: fault };
  }
  const read = method === 'GET' && Object.hasOwn(reads, url) && reads[url];
  if (read) return { status: 200, body: await read() };
  throw new FaultRejected(404, `there is no ${method} ${url}`);
}

function failure(error: Error): Answer {
  return { status: error instanceof FaultRejected ? error.status : 503, body: { message: error.message } };
}

/** Throws FaultRejected. */
async function faultRequest(request: IncomingMessage): Promise<FaultRequest> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY) throw new FaultRejected(400, 'the request is too large');
  }
  const given = parse(text) as FaultRequest;
  const { kind, target, seconds, share } = given;
  const isBetween = (value: unknown, lowest: number, highest: number) =>
    typeof value === 'number' && value >= lowest && value <= highest;
  if (!FAULT_KINDS.includes(kind)) throw new FaultRejected(400, `kind must be one of ${FAULT_KINDS.join(', ')}`);
  if (typeof target !== 'string') throw new FaultRejected(400, 'target must be a name');
  if (seconds !== undefined && seconds !== null && !isBetween(seconds, 1, LONGEST_FAULT))
    throw new FaultRejected(400, `seconds must be 1 to ${LONGEST_FAULT}, or null`);
  if (share !== undefined && !isBetween(share, 0.05, 0.95)) throw new FaultRejected(400, 'share must be 0.05 to 0.95');
  return given;
}

function parse(text: string): unknown {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new FaultRejected(400, 'the request is not JSON');
  }
}
