import { NotRunning } from './endpoints.js';
import { request } from './http.js';

/** Throws NotRunning when nobody answers. Asked before anything is done: later a system may come and go. */
export async function knock(orderApi: string): Promise<void> {
  const response = await request(`${orderApi}/health/live`).catch((error: Error) => {
    throw new NotRunning(error.message);
  });
  await response.body?.cancel();
}
