import { deadLetters } from '../dead-letters/area.js';
import { faults } from '../faults/area.js';
import { messaging } from '../messaging/area.js';
import { orders } from '../orders/area.js';
import { overview } from '../overview/area.js';
import type { Area } from './area.js';

/** What the navigation shows, in this order. */
export const areas: readonly Area[] = [overview, orders, deadLetters, messaging, faults];
