import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '@waybill/testing';
import type { Broker } from './broker.js';

/** A server that the launcher of this benchmark has started, and starts again when it has ended. */
export function launchedServer(name: 'kafka' | 'rabbitmq'): Pick<Broker, 'pid' | 'folder' | 'kill'> {
  const endpoints = process.env.WAYBILL_ENDPOINTS!;
  const pidNow = () => (JSON.parse(readFileSync(endpoints, 'utf8')) as Endpoints).processes[name];
  const pid = () => {
    const found = pidNow();
    if (!found) throw new Error(`${name} is not running`);
    return found;
  };
  return {
    pid,
    folder: join(dirname(endpoints), 'data', name),
    async kill() {
      const killed = pid();
      process.kill(killed, 'SIGKILL');
      await until(`${name} runs again`, () => ![undefined, killed].includes(pidNow()));
    },
  };
}

interface Endpoints {
  processes: Partial<Record<string, number>>;
}
