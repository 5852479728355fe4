/** Fields of messages that say who somebody is or how to reach them. The console masks their values until they are revealed. */
export const PERSONAL_FIELDS: ReadonlySet<string> = new Set(['email', 'to']);
