export { type CheckOptions, checkInvariants, type InvariantResult } from './check-invariants.js';
export { didYouMean } from './did-you-mean.js';
export type { Endpoints } from './endpoints.js';
export { Unreachable } from './http.js';
