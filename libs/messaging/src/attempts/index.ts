export { Isolation } from './isolation.js';
export { type CrashSuspicion, StartedAttempts, type StartedAttemptsOptions } from './started-attempts.js';
