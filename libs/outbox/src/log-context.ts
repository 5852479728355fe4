import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Record<string, string>>();

/** What every line that is logged while `work` runs says too, such as the message that is handled. */
export function inLogContext<T>(fields: Record<string, string>, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

/** For the logger. */
export const logContext = (): Readonly<Record<string, string>> => storage.getStore() ?? {};
