import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowBundle } from './workflows/bundle.js';

/** A step of the build: packs the sagas for Temporal's sandbox, so that no process does it at its start. */
const workflowsPath = createRequire(import.meta.url).resolve('./workflows/fulfil-order.workflow.js');
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
await writeFile(workflowBundle, code);
