import { type LiveData, useEvents } from '../api/index.js';
import type { components } from '../api/types/console.js';

export type InvariantsReport = components['schemas']['InvariantsReport'];
export type Invariant = InvariantsReport['invariants'][number];

/** Checked while this is shown. */
export const useInvariants = (): LiveData<InvariantsReport> =>
  useEvents<InvariantsReport>('/invariants/events', 'report');
