import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@waybill/testing';

const root = join(import.meta.dirname, '..', '..', '..');

/** Runs `docker` and resolves with its output; COMPOSE_FILE and COMPOSE_PROJECT_NAME choose the system. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { cwd: root });
  return stdout.trim();
}

export const compose = (...args: string[]): Promise<string> => docker('compose', ...args);

/** Starts what is not running; resolves when all is healthy. */
export const up = (...options: string[]): Promise<string> => compose('up', '-d', '--no-build', '--wait', ...options);

export interface Container {
  id: string;
  /** Of its main process, on the engine's host. */
  pid: number;
  image: string;
  restarts: number;
  /** Of the process that has exited; 137 when it had to be killed. */
  exitCode: number;
  /** Running, and healthy. */
  isHealthy: boolean;
}

/** The container of a service that has one copy. */
export async function containerOf(service: string): Promise<Container> {
  const id = await compose('ps', '--all', '--quiet', service);
  const [inspected] = JSON.parse(await docker('inspect', id));
  const { State, Image, RestartCount } = inspected;
  return {
    id,
    pid: State.Pid,
    image: Image,
    restarts: RestartCount,
    exitCode: State.ExitCode,
    isHealthy: State.Running && State.Health?.Status === 'healthy',
  };
}

export async function untilHealthy(service: string, restarts = 0): Promise<void> {
  await until(
    `${service} is healthy`,
    async () => {
      const container = await containerOf(service);
      return container.isHealthy && container.restarts >= restarts;
    },
    { within: '300s' },
  );
}

/**
 * kill -9 of a container's main process, which the engine takes for a crash; resolves when it was restarted. Runs in a
 * container with the host's process table, because the engine may be in a virtual machine and the caller need not be root.
 */
export async function killProcess(service: string): Promise<void> {
  const { pid, restarts } = await containerOf(service);
  const { image } = await containerOf('nginx');
  const killer = [
    'run',
    '--rm',
    '--pid=host',
    '--user=0',
    '--network=none',
    '--no-healthcheck',
    '--entrypoint=sh',
    image,
  ];
  await docker(...killer, '-c', `kill -9 ${pid}`);
  await untilHealthy(service, restarts + 1);
}
