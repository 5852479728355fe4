import type { ComponentType } from 'react';
import { OrdersByStatus } from './orders-by-status.js';
import type { Overview } from './use-overview.js';

/** What this application adds to the overview of any system. */
export const SECTIONS: readonly ComponentType<{ overview: Overview }>[] = [OrdersByStatus];
