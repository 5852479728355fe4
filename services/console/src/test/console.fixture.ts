import { type Failure, failureHeaders } from '@waybill/messaging';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceSettings, until } from '@waybill/testing';
import type { Config } from '../config.js';
import { ConsoleModule } from '../console.module.js';
import { serve } from '../http/serve.js';

const OPERATOR_TOKEN = 'let-me-in';

interface Changes {
  config?: Partial<Config>;
  /** Runs before the service starts. */
  before?: (databaseUrl: string) => Promise<void>;
}

/** The service as its main runs it. */
export const startConsole = (changes: Changes = {}) => ServiceBench.of((settings) => start(settings, changes));

async function start(settings: ServiceSettings, { config: changes, before }: Changes) {
  await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  await before?.(settings.DATABASE_URL);
  const config: Config = {
    ...settings,
    OPERATOR_TOKEN,
    PROCESS_URLS: new Map(),
    SERVER_PAGES: new Map(),
    MAX_RESUBMISSIONS: 3,
    RESOLVED_DEAD_LETTER_RETENTION: 90 * 24 * 3_600_000,
    ...changes,
  };
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(ConsoleModule.with(config, logger), logger);
  serve(app, config);
  return app.init();
}

export type Console = Awaited<ReturnType<typeof startConsole>>;

export interface ConsoleResponse<Body> {
  status: number;
  headers: Record<string, unknown>;
  body: Body;
}

/** Sends a request, by default as the operator Ada. */
export async function callApi<Body = DeadLetter>(
  console: Console,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  payload?: object,
  headers: Record<string, string> = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'x-operator': 'ada' },
): Promise<ConsoleResponse<Body>> {
  const response = await console.app.inject({ method, url: path, headers, ...(payload && { payload }) });
  return { status: response.statusCode, headers: response.headers, body: response.json<Body>() };
}

export interface DeadLetter {
  id: string;
  messageId: string;
  source: string;
  consumer: string;
  status: string;
  version: number;
  resubmissions: number;
  group: string;
  body: string;
  bodyEncoding: string;
  dataref: string | null;
  bodyUnavailable: string | null;
  error: string;
  title: string;
  history: { event: string; by: string; editedBody: string | null }[];
  errors: { field: string; message: string }[];
}

/** The waiting dead letter of this message, in full, once it is there. */
export async function deadLetterOf(console: Console, messageId: string): Promise<DeadLetter> {
  const path = `/dead-letters?status=waiting&messageId=${encodeURIComponent(messageId)}`;
  const { id } = await until(
    `${messageId} is shown`,
    async () => (await callApi<{ items: DeadLetter[] }>(console, 'GET', path)).body.items[0],
  );
  return (await callApi(console, 'GET', `/dead-letters/${id}`)).body;
}

/** The headers of a message that a consumer dead-lettered. */
export const withFailure = (changes: Partial<Failure> = {}) => ({
  headers: failureHeaders({
    source: 'inventory.reserve',
    consumer: 'inventory',
    class: 'transient',
    error: 'no response',
    attempts: 4,
    firstFailedAt: '2026-01-01T00:00:00.000Z',
    lastFailedAt: '2026-01-01T00:00:11.000Z',
    ...changes,
  }),
});
