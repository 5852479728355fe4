import { fileURLToPath } from 'node:url';

/** The workflows bundled for Temporal's worker, built by `bundle-workflows`. */
export const workflowBundle = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
