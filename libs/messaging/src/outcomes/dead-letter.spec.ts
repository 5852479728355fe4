import { type Failure, failureHeaders, failureOf, withoutFailure } from './dead-letter.js';

const failure: Failure = {
  source: 'inventory.reserve',
  consumer: 'inventory',
  class: 'transient',
  error: 'no reply',
  stack: 'Error: no reply\n    at reserve',
  attempts: 4,
  firstFailedAt: '2026-01-01T00:00:00.000Z',
  lastFailedAt: '2026-01-01T00:00:11.000Z',
};

describe('a dead letter', () => {
  it('records where, why, how often and when it failed, in its headers', () => {
    expect(failureOf(failureHeaders(failure))).toEqual(failure);
  });

  it('keeps the start of a stack that is too long for a header', () => {
    const headers = failureHeaders({ ...failure, stack: 'x'.repeat(100_000) });
    expect(headers['x-waybill-stack']).toHaveLength(4_000);
  });

  it('can be stripped of all that, and of nothing else', () => {
    const headers = { 'cloudEvents:id': '1', 'x-waybill-other': 'stays' };
    expect(withoutFailure({ ...headers, ...failureHeaders(failure) })).toEqual(headers);
  });

  it('is not any other message', () => {
    expect(failureOf({ 'cloudEvents:id': '1' })).toBeUndefined();
  });
});
