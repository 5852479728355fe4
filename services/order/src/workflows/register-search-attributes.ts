import type { Client } from '@temporalio/client';
import { CUSTOMER_ID, ORDER_STATUS } from './search-attributes.js';

/** `IndexedValueType` of Temporal's API. */
const KEYWORD = 2;
/** Another process was quicker; or an operator has to do it, as in Temporal Cloud. Codes of gRPC. */
const NOT_OURS_TO_DO = { ALREADY_EXISTS: 6, PERMISSION_DENIED: 7, UNIMPLEMENTED: 12 };

/** Registers the search attributes in the namespace, unless they are: a Temporal server rejects a workflow with others. */
export async function registerSearchAttributes({ connection, options: { namespace } }: Client): Promise<void> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = [CUSTOMER_ID, ORDER_STATUS].filter(({ name }) => !(name in customAttributes));
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map(({ name }) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!Object.values(NOT_OURS_TO_DO).includes((error as { code?: number }).code ?? 0)) throw error;
  }
}
