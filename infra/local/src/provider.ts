import type { ServerName } from '@waybill/system';
import type { ProcessSpec } from './process-spec.js';
import type { Output } from './progress.js';
import type { Settings } from './settings.js';

/** How to connect to a backing server: settings for the services, and entries of endpoints.json. */
export interface ConnectionInfo {
  env: Record<string, string>;
  endpoints: Record<string, string | undefined>;
}

/** A backing server that is ready to be started, or runs already. */
export interface Prepared {
  connection: ConnectionInfo;
  /** Absent when the environment names a running server. */
  process?: ProcessSpec;
}

/** Finds one backing server: in the environment, on this machine, or in a package registry. */
export interface Provider {
  name: ServerName;
  /** Rejects with what is missing and the ways to get it. */
  prepare(settings: Settings, output: Output): Promise<Prepared>;
}
