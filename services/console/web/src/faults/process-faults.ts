import type { ProcessFault } from './faults.data.js';

interface Words {
  /** On the button. */
  label: string;
  /** What will happen. */
  happens(target: string): string;
  /** Whether it stays in effect for a time. */
  lasts: boolean;
}

export const PROCESS_FAULTS: Record<ProcessFault, Words> = {
  kill: {
    label: 'Kill',
    happens: (target) =>
      `${target} is ended by kill -9, in the middle of whatever it does. The launcher starts it again within a second.`,
    lasts: false,
  },
  pause: {
    label: 'Pause',
    happens: (target) =>
      `All processes of ${target} are frozen (SIGSTOP). Its connections stay open, and whoever waits for it gets no answer.`,
    lasts: true,
  },
  slow: {
    label: 'Slow',
    happens: (target) => `${target} is frozen and continued in turns of 250 ms, so that it runs only part of the time.`,
    lasts: true,
  },
  stop: {
    label: 'Stop',
    happens: (target) =>
      `${target} is stopped in good order, and is not started again before the time is over. Its data stay.`,
    lasts: true,
  },
  cut: {
    label: 'Cut',
    happens: (target) => `The server ends the connections of ${target}, which has to notice and to connect again.`,
    lasts: false,
  },
};

export const ORDER: readonly ProcessFault[] = ['kill', 'pause', 'slow', 'stop', 'cut'];

/** Of a fault that lasts; the values are seconds, or `null`. */
export const DURATIONS = [
  { value: '10', label: '10 seconds' },
  { value: '30', label: '30 seconds' },
  { value: '120', label: '2 minutes' },
  { value: '600', label: '10 minutes' },
  { value: 'null', label: 'until I undo it' },
];

/** Of the time. */
export const SHARES = [
  { value: '0.5', label: '50 % of the time' },
  { value: '0.2', label: '20 % of the time' },
  { value: '0.05', label: '5 % of the time' },
];
