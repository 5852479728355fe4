import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { CUSTOMER_ID, ORDER_STATUS } from './search-attributes.js';

const NAMES = [CUSTOMER_ID.name, ORDER_STATUS.name];
/** `IndexedValueType` of Temporal's API. */
const KEYWORD = 2;
/** Codes of gRPC. */
const INVALID_ARGUMENT = 3;
/** Another process was quicker; or an operator has to do it, as in Temporal Cloud. Codes of gRPC. */
const NOT_OURS_TO_DO = { ALREADY_EXISTS: 6, PERMISSION_DENIED: 7, UNIMPLEMENTED: 12 };
/** Milliseconds. A server reads its namespaces again every 10 s at most. */
const USABLE_WITHIN = 15_000;
const POLL = 100;

/**
 * Registers the search attributes in the namespace, unless they are, and resolves once a workflow can have them: until then a
 * server rejects it. Rejects when the server does not know them within 15 s.
 */
export async function registerSearchAttributes(client: Client): Promise<void> {
  await addMissing(client);
  const deadline = performance.now() + USABLE_WITHIN;
  while (!(await areUsable(client))) {
    if (performance.now() > deadline) throw notRegistered(client.options.namespace);
    await pause(POLL);
  }
}

async function addMissing({ connection, options: { namespace } }: Client): Promise<void> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = NAMES.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!Object.values(NOT_OURS_TO_DO).includes(codeOf(error))) throw error;
  }
}

/** A query is checked against the same list as a workflow that starts. */
async function areUsable({ workflow }: Client): Promise<boolean> {
  try {
    await workflow.count(NAMES.map((name) => `${name} = 'none'`).join(' OR '));
    return true;
  } catch (error) {
    if (codeOf((error as Error).cause) !== INVALID_ARGUMENT) throw error;
    return false;
  }
}

const codeOf = (error: unknown): number => (error as { code?: number } | undefined)?.code ?? 0;

/** Its code says that what needs them waits. */
const notRegistered = (namespace: string) =>
  Object.assign(
    new Error(`register ${NAMES.join(' and ')} (Keyword) as search attributes of Temporal's namespace ${namespace}`),
    { code: 'ETIMEDOUT' },
  );
