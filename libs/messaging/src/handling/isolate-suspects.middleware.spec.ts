import { type CrashSuspicion, Isolation, type StartedAttempts } from '../attempts/index.js';
import { CrashedProcess, Postpone } from '../outcomes/index.js';
import type { HandlerOptions } from './handler.js';
import { isolateSuspects } from './isolate-suspects.middleware.js';
import type { Delivery } from './pipeline.js';

/** Runs the middleware; resolves with what was recorded and how it ended. */
async function handled(
  suspicion: CrashSuspicion | undefined,
  handler: () => Promise<void> = async () => {},
  options: HandlerOptions = {},
) {
  const written: string[] = [];
  const note = (what: string) => async () => void written.push(what);
  const attempts = { enterIsolation: note('isolated'), clear: note('cleared'), wait: note('waits') };
  const middleware = isolateSuspects(attempts as unknown as StartedAttempts, new Isolation());
  const delivery = {
    message: { id: '1', source: '', from: { kind: 'queue', name: 'tasks' } },
    registration: { options },
    suspicion,
  } as unknown as Delivery;
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
  it('without suspicion is handled with the others', async () => {
    expect((await handled(undefined)).written).toEqual(['handled']);
  });

  it('that was in flight at a crash is handled in isolation', async () => {
    expect((await handled(suspect())).written).toEqual(['isolated', 'handled', 'cleared']);
  });

  it.each([0, 3])('whose handler opts out is handled with the others, after %i crashes', async (crashes) => {
    const { written, error } = await handled(suspect({ crashes }), undefined, { isolation: false });
    expect([written, error]).toEqual([['handled'], undefined]);
  });

  it('that fails in isolation has not crashed the process, and fails as usual', async () => {
    const { written, error } = await handled(suspect(), () => Promise.reject(new Error('a blip')));
    expect(written).toEqual(['isolated', 'handled', 'cleared']);
    expect(error).toEqual(new Error('a blip'));
  });

  it('that was isolated at a crash is postponed, and then handled in isolation', async () => {
    const { written, error } = await handled(suspect({ crashes: 1 }));
    expect(written).toEqual(['waits']);
    expect(error).toBeInstanceOf(Postpone);
    expect((await handled(suspect({ crashes: 1, waited: true }))).written).toEqual(['isolated', 'handled', 'cleared']);
  });

  it('that was isolated at three crashes is dead-lettered unhandled', async () => {
    const { written, error } = await handled(suspect({ crashes: 3 }));
    expect(written).toEqual([]);
    expect(error).toEqual(new CrashedProcess(3));
  });

  it('that another process handles in isolation is postponed', async () => {
    const { written, error } = await handled(suspect({ elsewhere: true }));
    expect(written).toEqual([]);
    expect(error).toBeInstanceOf(Postpone);
  });
});
