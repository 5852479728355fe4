import type { Extension } from './extension.js';
import { orderFigures } from './order-figures.js';

/** What this application adds to the overview. */
export const EXTENSIONS: readonly (() => Extension)[] = [orderFigures];
