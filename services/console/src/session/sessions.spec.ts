import { Sessions } from './sessions.js';

const HOUR = 3_600_000;
const options = { operatorToken: 'let-me-in', readerToken: 'just-looking' };

describe('sessions', () => {
  let now: number;
  const start = (changes: Partial<typeof options> = {}) => new Sessions({ ...options, ...changes, now: () => now });
  beforeEach(() => {
    now = Date.UTC(2026, 10, 27);
  });

  it('end after 12 hours', () => {
    const sessions = start();
    const { session, sealed } = sessions.open('reader');
    now += 12 * HOUR - 1;
    expect(sessions.read(sealed)).toEqual(session);
    now += 1;
    expect(sessions.read(sealed)).toBeUndefined();
  });

  it('go on when the console is started again, and end when the token of their role changes', () => {
    const { sealed } = start().open('reader');
    expect(start().read(sealed)).toMatchObject({ role: 'reader' });
    expect(start({ operatorToken: 'another' }).read(sealed)).toMatchObject({ role: 'reader' });
    expect(start({ readerToken: 'another' }).read(sealed)).toBeUndefined();
    expect(new Sessions({ operatorToken: 'let-me-in', now: () => now }).read(sealed)).toBeUndefined();
  });

  it('know whose token it is', () => {
    expect(start().roleOf('let-me-in')).toBe('operator');
    expect(start().roleOf('just-looking')).toBe('reader');
    expect(start().roleOf('')).toBeUndefined();
  });

  it('are opened by a link within 10 minutes', () => {
    const sessions = start();
    const { code } = sessions.newLink('operator');
    now += HOUR / 6;
    expect(sessions.useLink(code)).toBeUndefined();
  });
});
