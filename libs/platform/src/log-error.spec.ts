import { loggedError, redacted } from './log-error.js';

describe('an error in the log', () => {
  it('has its message, code, stack and causes, and nothing that a library attached to it', () => {
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ada@example.com)' });
    const error = Object.assign(new TypeError('no answer', { cause }), { request: { body: 'secret' }, code: 7 });
    expect(loggedError(error)).toEqual({
      type: 'TypeError',
      message: 'no answer',
      code: 7,
      stack: error.stack,
      cause: { type: 'Error', message: 'duplicate key', code: '23505', stack: cause.stack },
    });
  });

  it('has each error of an aggregate, and ends in a circle of causes', () => {
    const circle = new Error('again');
    circle.cause = circle;
    const { errors } = loggedError(new AggregateError([circle, 'a text'], 'many'));
    expect(errors).toMatchObject([{ message: 'again' }, { type: 'string', message: 'a text' }]);
  });
});

describe('a log line', () => {
  it.each([
    ['550 no such user <ada.lovelace+1@mail.example.com>', '550 no such user <[redacted]>'],
    ['connect amqp://waybill:s3cret@rabbit:5672 failed', 'connect amqp://[redacted]@rabbit:5672 failed'],
    ['sent Bearer abc.def-1~2', 'sent Bearer [redacted]'],
  ])('hides what is personal or secret: %s', (line, hidden) => {
    expect(redacted(line)).toBe(hidden);
  });

  it.each([
    'at file:///app/node_modules/.pnpm/pg@8.23.1/node_modules/pg/lib/client.js:5:3',
    'node_modules/@nestjs/core/index.js',
    'http://127.0.0.1:3000/orders/0199-aa?wait=1',
  ])('keeps %s', (line) => {
    expect(redacted(line)).toBe(line);
  });
});
