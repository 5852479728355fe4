import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { backingServices, uniqueName, until } from '@waybill/testing';
import { registerSearchAttributes } from '../workflows/register-search-attributes.js';
import { CUSTOMER_ID, ORDER_STATUS } from '../workflows/search-attributes.js';

it('a saga starts as soon as its search attributes are registered, in a namespace that is new', async () => {
  const connection = await Connection.connect({ address: backingServices().temporal });
  const namespace = uniqueName('test');
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  const client = new Client({ connection, namespace });
  await until('the server knows the namespace', async () => (await client.workflow.count()) !== undefined);

  await registerSearchAttributes(client);
  const saga = await client.workflow.start('fulfilOrder', {
    workflowId: uniqueName('saga'),
    taskQueue: 'nobody works on it',
    typedSearchAttributes: [
      { key: CUSTOMER_ID, value: 'ada' },
      { key: ORDER_STATUS, value: 'PENDING' },
    ],
  });
  await saga.terminate();
  await connection.close();
});
