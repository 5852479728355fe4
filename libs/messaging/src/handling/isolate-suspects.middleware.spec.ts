import { type CrashSuspicion, Isolation, type StartedAttempts } from '../attempts/index.js';
import { CrashedProcess, Postpone } from '../outcomes/index.js';
import { isolateSuspects } from './isolate-suspects.middleware.js';
import type { Delivery } from './pipeline.js';

/** Handles it behind the middleware; says what was written meanwhile, and how it ended. */
async function handled(suspicion: CrashSuspicion | undefined, handler: () => Promise<void> = async () => {}) {
  const written: string[] = [];
  const note = (what: string) => async () => void written.push(what);
  const attempts = { enterIsolation: note('isolated'), clear: note('cleared'), wait: note('waits') };
  const middleware = isolateSuspects(attempts as unknown as StartedAttempts, new Isolation());
  const delivery = { message: { id: '1' }, suspicion } as Delivery;
  const handle = async () => {
    written.push('handled');
    await handler();
  };
  const error = await middleware(delivery, handle).then(
    () => undefined,
    (thrown) => thrown,
  );
  return { written, error };
}

const suspect = (changes: Partial<CrashSuspicion> = {}) => ({
  crashes: 0,
  waited: false,
  elsewhere: false,
  ...changes,
});

describe('a message', () => {
  it('that nothing speaks against is handled with the others', async () => {
    expect((await handled(undefined)).written).toEqual(['handled']);
  });

  it('that was in hand at a crash is handled alone', async () => {
    expect((await handled(suspect())).written).toEqual(['isolated', 'handled', 'cleared']);
  });

  it('that is alone and fails has not ended the process, and fails as usual', async () => {
    const { written, error } = await handled(suspect(), () => Promise.reject(new Error('a blip')));
    expect(written).toEqual(['isolated', 'handled', 'cleared']);
    expect(error).toEqual(new Error('a blip'));
  });

  it('that was alone at a crash comes again later, and is then handled alone', async () => {
    const { written, error } = await handled(suspect({ crashes: 1 }));
    expect(written).toEqual(['waits']);
    expect(error).toBeInstanceOf(Postpone);
    expect((await handled(suspect({ crashes: 1, waited: true }))).written).toEqual(['isolated', 'handled', 'cleared']);
  });

  it('that was alone at three crashes is given up unhandled', async () => {
    const { written, error } = await handled(suspect({ crashes: 3 }));
    expect(written).toEqual([]);
    expect(error).toEqual(new CrashedProcess(3));
  });

  it('that another process is alone with comes again later', async () => {
    const { written, error } = await handled(suspect({ elsewhere: true }));
    expect(written).toEqual([]);
    expect(error).toBeInstanceOf(Postpone);
  });
});
