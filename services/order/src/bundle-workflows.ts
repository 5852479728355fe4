import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowBundle } from './workflows/bundle.js';

/** A step of the build: packs the sagas for Temporal's sandbox, so that no process does it at its start. */
const { resolve } = createRequire(import.meta.url);
const { code } = await bundleWorkflowCode({
  workflowsPath: resolve('./workflows/fulfil-order.workflow.js'),
  workflowInterceptorModules: [resolve('@waybill/platform/temporal-workflow')],
  logger: new DefaultLogger('WARN'),
});
await writeFile(workflowBundle, code);
