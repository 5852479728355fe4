import { request } from 'node:http';
import { Problem, type ProblemName } from '@waybill/platform';

/** ms; a check of the invariants reads all orders. */
const PATIENCE = 45_000;

const OFF = { name: 'faults-off', status: 403, title: 'Faults are off here' };

const PROBLEM_OF: Record<number, ProblemName> = { 400: 'invalid-request', 404: 'not-found' };

/** Why the launcher does not do something now. */
const conflict = (detail: string) =>
  new Problem({ name: 'fault-rejected', status: 409, title: 'This cannot be done now' }, { detail });

/** The program that runs the system on this machine, on its socket. There is none in containers, or where faults are off. */
export class Launcher {
  constructor(private readonly socket: string | undefined) {}

  get isThere(): boolean {
    return this.socket !== undefined;
  }

  /** Throws a 403 when there is no launcher. */
  require(): void {
    if (!this.isThere) throw new Problem(OFF, { detail: NO_LAUNCHER });
  }

  /** Throws a Problem: what the launcher rejects, 503 when it does not respond, 403 when there is none. */
  async call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object): Promise<T> {
    this.require();
    const { status, text } = await this.send(method, path, payload).catch((error: Error) => {
      throw new Problem('unavailable', {
        detail: `the launcher does not respond: ${error.message}`,
        retryAfterSeconds: 5,
      });
    });
    if (status < 300) return JSON.parse(text) as T;
    const { message } = JSON.parse(text) as { message: string };
    if (status === 409) throw conflict(message);
    throw new Problem(PROBLEM_OF[status] ?? 'unavailable', { detail: message });
  }

  private send(method: string, path: string, payload?: object): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.socket, method, path, timeout: PATIENCE };
      const sent = request(options, (response) => {
        response.setEncoding('utf8');
        response
          .toArray()
          .then((chunks) => resolve({ status: response.statusCode ?? 0, text: chunks.join('') }), reject);
      });
      sent.once('timeout', () => sent.destroy(new Error(`no response within ${PATIENCE / 1_000} s`)));
      sent.once('error', reject);
      sent.end(payload && JSON.stringify(payload));
    });
  }
}

export const NO_LAUNCHER =
  'only the launcher (npm start) carries out faults, unless FAULTS=off: it does not run this system';
