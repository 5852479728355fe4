import { fileURLToPath } from 'node:url';

/** The sagas' code in the form in which Temporal's worker runs it; made at build time by `bundle-workflows`. */
export const workflowBundle = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
