export { type CheckOptions, checkInvariants, type InvariantResult } from './check-invariants.js';
export type { Endpoints } from './endpoints.js';
export { Unreachable } from './http.js';
