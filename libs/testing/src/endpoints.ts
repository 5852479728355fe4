import { readFileSync } from 'node:fs';

/** Where the real servers are; the same file that the launcher writes for a running system. */
export interface Endpoints {
  /** Url of a database in which databases may be created. */
  postgres: string;
  rabbitmq: string;
  rabbitmqUi: string;
  /** `host:port` */
  kafka: string;
  /** `host:port` */
  temporal: string;
  /** Url of the SMTP server whose inbox `mail` shows. */
  smtp: string;
  mail: string;
}

/** The servers of this test run. Throws when there are none: tests never run against a stand-in. */
export function backingServices(): Endpoints {
  const file = process.env.WAYBILL_ENDPOINTS;
  if (!file) {
    throw new Error('WAYBILL_ENDPOINTS is not set: `npm test` starts the servers and sets it to their endpoints.json');
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
}
