import { type Finding, Judge } from './judge.js';

const finding = (ok: boolean | null): Finding => ({
  id: 'I1',
  promise: 'it works',
  ok,
  counted: '3 orders',
  broken: ok === false ? 1 : 0,
  examples: ok === false ? ['order o1 is lost'] : [],
});

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => START + seconds * 1_000;

let judge: Judge;
beforeEach(() => {
  judge = new Judge();
});
const stateAt = (seconds: number, ok: boolean | null, moving: string[] = []) =>
  judge.judge([finding(ok)], moving, at(seconds))[0]!;

describe('an invariant', () => {
  it('is settling, not broken, while something is on its way, however long that takes', () => {
    expect(stateAt(0, false, ['3 orders']).state).toBe('settling');
    expect(stateAt(3_600, false, ['3 orders'])).toMatchObject({ state: 'settling', since: '2026-01-01T00:00:00.000Z' });
  });

  it('is broken when it is violated half a minute after everything has come to rest', () => {
    stateAt(0, false, ['3 orders']);
    expect(stateAt(10, false).state).toBe('settling');
    expect(stateAt(39, false).state).toBe('settling');
    expect(stateAt(40, false)).toMatchObject({ state: 'broken', since: '2026-01-01T00:00:40.000Z' });
    expect(stateAt(50, false)).toMatchObject({ since: '2026-01-01T00:00:40.000Z', examples: ['order o1 is lost'] });
  });

  it('has another half a minute when it held in between', () => {
    stateAt(0, false);
    expect(stateAt(20, true).state).toBe('holds');
    expect(stateAt(30, false).state).toBe('settling');
    expect(stateAt(55, false).state).toBe('settling');
    expect(stateAt(60, false).state).toBe('broken');
  });

  it('is unknown while it cannot be checked, and is not broken at once afterwards', () => {
    stateAt(0, false);
    expect(stateAt(20, null).state).toBe('unknown');
    expect(stateAt(40, false).state).toBe('settling');
  });

  it('may hold although other things are on their way', () => {
    expect(stateAt(0, true, ['3 orders']).state).toBe('holds');
  });
});
