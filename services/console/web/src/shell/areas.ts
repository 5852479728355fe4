import { deadLetters } from '../dead-letters/area.js';
import { overview } from '../overview/area.js';
import type { Area } from './area.js';

/** What the navigation shows, in this order. */
export const areas: readonly Area[] = [overview, deadLetters];
