import { isConflict, isDependencyUnavailable } from './dependency-unavailable.js';

const coded = (code: string | number, message = 'failed') => Object.assign(new Error(message), { code });

describe('an unavailable dependency', () => {
  it.each([
    ['a refused connection', coded('ECONNREFUSED')],
    ['a lost connection', coded('ECONNRESET')],
    ['PostgreSQL that shuts down', coded('57P01')],
    ['PostgreSQL that starts up', coded('57P03')],
    ['PostgreSQL without free connections', coded('53300')],
    ['a connection that ended in the middle', new Error('Connection terminated unexpectedly')],
    ['Temporal UNAVAILABLE', coded(14)],
    ['an error that is no instance of Error', { code: 'ESOCKET', message: 'connect ECONNREFUSED' }],
    ['any of these as a cause', new Error('could not start the saga', { cause: coded(14) })],
  ])('is detected in %s', (_, error) => {
    expect(isDependencyUnavailable(error)).toBe(true);
  });

  it.each([
    ['a unique constraint', coded('23505')],
    ['any other error', new Error('no such row')],
    ['what is no error', 'ECONNREFUSED'],
  ])('is not detected in %s', (_, error) => {
    expect(isDependencyUnavailable(error)).toBe(false);
  });

  it('is not a deadlock, which is a conflict', () => {
    expect([isDependencyUnavailable(coded('40P01')), isConflict(coded('40P01'))]).toEqual([false, true]);
  });
});
