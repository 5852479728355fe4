export type { Area } from './area.js';
export { countOf, formatDuration, formatMoney, formatNumber, formatTime } from './format.js';
export { hint } from './hints.js';
export { Loading, ProblemOf } from './loading.js';
export { Message } from './message.js';
export { NoDataSince } from './no-data-since.js';
export { PageTitle } from './page-title.js';
export { useSession } from './session.js';
export { Time } from './time.js';
