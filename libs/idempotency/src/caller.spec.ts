import { callerOf } from './caller.js';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object, signature = 'c2ln') => `${base64({ alg: 'RS256' })}.${base64(claims)}.${signature}`;

describe('the caller of a request', () => {
  it.each([undefined, '', '  '])('is anonymous without a credential (%j)', (authorization) => {
    expect(callerOf(authorization)).toBe('anonymous');
  });

  it.each([
    ['a refreshed token', jwt({ sub: 'ada', exp: 1 }), jwt({ sub: 'ada', exp: 2 }, 'b3RoZXI')],
    ['a token without a signature', jwt({ sub: 'ada' }), jwt({ sub: 'ada' }, '')],
  ])('is the same with %s of the same subject', (_, first, second) => {
    expect(callerOf(`Bearer ${first}`)).toBe(callerOf(`Bearer ${second}`));
  });

  it('is the same whatever the case of the scheme', () => {
    expect(callerOf('bearer secret')).toBe(callerOf('Bearer  secret'));
    expect(callerOf(`BEARER ${jwt({ sub: 'ada' })}`)).toBe(callerOf(`Bearer ${jwt({ sub: 'ada' })}`));
  });

  it('is another one for every other credential', () => {
    const credentials = [
      jwt({ sub: 'ada' }),
      jwt({ sub: 'bob' }),
      jwt({ sub: 7 }),
      jwt({ sub: '' }),
      jwt({}),
      'a.b.c',
      `x.${base64(null)}.z`,
      `x.${base64('ada')}.z`,
      `${jwt({ sub: 'ada' })}.more`,
      'ada',
      'sub',
    ];
    const callers = credentials.flatMap((credential) => [
      callerOf(`Bearer ${credential}`),
      callerOf(`Basic ${credential}`),
    ]);
    expect(new Set([...callers, 'anonymous']).size).toBe(2 * credentials.length + 1);
  });

  it.each([
    'Basic YWRhOnNlY3JldA==',
    'Bearer secret',
    `Bearer ${jwt({ sub: 'a\0'.repeat(3_000) })}`,
    `X ${'y'.repeat(8_000)}`,
  ])('is a hash, never the credential itself', (authorization) => {
    expect(callerOf(authorization)).toMatch(/^[0-9a-f]{64}$/);
  });
});
