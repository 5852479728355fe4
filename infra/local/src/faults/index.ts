import type { Output } from '../progress.js';
import type { Settings } from '../settings.js';
import type { System } from '../system.js';
import { Faults } from './faults.js';
import { invariantsOf } from './invariants.js';
import { LauncherSocket } from './launcher-socket.js';
import { targetsOf } from './target.js';
import { TargetStates } from './target-states.js';

/** Lets the console break this system on request, unless the setting `FAULTS` is `off`. */
export interface FaultInjection {
  /** Of the socket to ask on; undefined when faults are off. */
  socket: string | undefined;
  /** Undoes all faults. */
  close(): Promise<void>;
}

/** Rejects when the setting is neither `on` nor `off`, or the socket cannot be opened. */
export async function offerFaults(settings: Settings, system: System, output: Output): Promise<FaultInjection> {
  const { FAULTS = 'on' } = settings.env;
  if (!['on', 'off'].includes(FAULTS)) throw new Error(`FAULTS=${FAULTS}: on (the default) or off`);
  if (FAULTS === 'off') return { socket: undefined, close: async () => {} };

  const faults = new Faults(() => targetsOf(system.supervised, system.environment), output);
  const states = new TargetStates(() => targetsOf(system.supervised, system.environment), faults);
  const { home } = settings;
  const socket = await LauncherSocket.open({ home, faults, states, reads: invariantsOf(home) });
  return {
    socket: socket.path,
    async close() {
      await socket.close();
      faults.undoAll();
    },
  };
}
