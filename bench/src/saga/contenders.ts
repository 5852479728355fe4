import { join } from 'node:path';
import type { Endpoints } from '@waybill/shop-cli';
import { BASELINE, checkOutBaseline } from './baseline.js';
import type { Environment } from './commands.js';

/** A version of this repository, and the saga that runs its orders. */
export interface Contender {
  name: string;
  /** Its checkout. */
  folder: string;
  saga: 'orchestration' | 'choreography';
  /** More settings of its system. */
  env?: Environment;
  /** Called when its system runs; returns a function that is called before it is stopped. */
  during?(endpoints: Endpoints): Promise<() => Promise<void>>;
  goals: Goals;
}

/** What is not named is only printed. */
interface Goals {
  /** At least so many times the baseline's orders a second. */
  rate?: number;
  /** At most this share of the baseline's CPU an order. */
  cpu?: number;
  /** Milliseconds from POST to CONFIRMED. */
  p50?: number;
  p99?: number;
  /** Cores at rest. */
  rest?: number;
}

/** The repository, as it is now. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** The baseline first. Checks it out and builds it in `home`, if that has not been done. */
export async function prepareContenders(home: string): Promise<[Contender, ...Contender[]]> {
  const folder = await checkOutBaseline(root, home);
  return [
    { name: BASELINE, folder, saga: 'orchestration', goals: {} },
    {
      name: 'orchestration',
      folder: root,
      saga: 'orchestration',
      goals: { rate: 3, cpu: 0.4, p50: 150, p99: 400, rest: 0.1 },
    },
    { name: 'choreography', folder: root, saga: 'choreography', goals: { rate: 5, cpu: 0.27, rest: 0.1 } },
  ];
}
