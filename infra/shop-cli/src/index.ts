export type { Endpoints } from './endpoints.js';
export { type CheckOptions, checkInvariants, type InvariantResult } from './invariants/check-invariants.js';
