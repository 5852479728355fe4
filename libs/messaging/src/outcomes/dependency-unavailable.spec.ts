import { isConflict, isDependencyUnavailable } from './dependency-unavailable.js';
import { BusinessRejection, MalformedMessage, Postpone } from './handler-errors.js';

const coded = (code: string) => Object.assign(new Error('failed'), { code });

it('is known by the code of an error or of its cause', () => {
  expect(isDependencyUnavailable(new Error('could not start the saga', { cause: coded('ECONNREFUSED') }))).toBe(true);
  expect(isConflict(coded('40P01'))).toBe(true);
});

describe('what a handler decides', () => {
  it.each([BusinessRejection, MalformedMessage])('holds whatever caused %p', (Decision) => {
    const decisions = ['57P01', '40001'].map((code) => new Decision('no', { cause: coded(code) }));
    expect(decisions.map(isDependencyUnavailable)).toEqual([false, false]);
    expect(decisions.map(isConflict)).toEqual([false, false]);
  });

  it('holds when it postpones, too', () => {
    expect(isDependencyUnavailable(Object.assign(new Postpone(1), { cause: coded('57P01') }))).toBe(false);
  });
});
