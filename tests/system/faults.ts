import { until } from '@waybill/testing';
import { endpoints } from './running-system.js';

export interface Fault {
  id: string;
  detail: string;
  endedAt: string | null;
}

/** A request to the console as an operator. */
export async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  const { deadLetters, operatorToken } = endpoints();
  const response = await fetch(`${deadLetters}${path}`, {
    method,
    headers: { authorization: `Bearer ${operatorToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

export const inject = (fault: object) => call<Fault>('POST', '/faults', fault);

export const untilOver = (fault: Fault) =>
  until('the fault is over', async () => {
    const { inEffect } = await call<{ inEffect: Fault[] }>('GET', '/faults');
    return inEffect.every(({ id }) => id !== fault.id);
  });
