import { until } from '@waybill/testing';
import { askConsole } from './running-system.js';

export interface Fault {
  id: string;
  detail: string;
  endedAt: string | null;
}

export const inject = (fault: object) => askConsole<Fault>('POST', '/faults', fault);

export const untilOver = (fault: Fault) =>
  until('the fault is over', async () => {
    const { inEffect } = await askConsole<{ inEffect: Fault[] }>('GET', '/faults');
    return inEffect.every(({ id }) => id !== fault.id);
  });
