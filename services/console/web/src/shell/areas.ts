import { deadLetters } from '../dead-letters/area.js';
export const areas: readonly Area[] = [overview, deadLetters, orders, messaging, faults];
