export type { Area } from './area.js';
export { countOf, formatDuration, formatMoney, formatNumber, formatTime } from './format.js';
export { hint } from './hints.js';
export { Message } from './message.js';
export { PageTitle } from './page-title.js';
export { ProblemAlert } from './problem-alert.js';
export { useSession } from './session.js';
export { Time } from './time.js';
