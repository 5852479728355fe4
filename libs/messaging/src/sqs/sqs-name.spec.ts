import { sqsName } from './sqs-name.js';

describe("SQS's name of a queue", () => {
  it.each([
    ['orders.process', 'orders_process'],
    ['orders_process', 'orders__process'],
    ['orders.process-dlq', 'orders_process-dlq'],
    ['amq.gen-1', 'amq_gen-1'],
  ])('of %s is %s', (queue, name) => {
    expect(sqsName(queue, { fifo: false })).toBe(name);
    expect(sqsName(queue, { fifo: true })).toBe(`${name}.fifo`);
  });

  it.each(['a._b', 'a__b', '.a', 'a b', 'ä', ''])(
    "throws for '%s', which would be no name or another queue's",
    (queue) => {
      expect(() => sqsName(queue, { fifo: false })).toThrow('cannot be a queue');
    },
  );

  it('throws for one that has no room in 80 characters', () => {
    expect(sqsName('a'.repeat(80), { fifo: false })).toHaveLength(80);
    expect(() => sqsName('a'.repeat(76), { fifo: true })).toThrow('longer than 80 characters');
  });
});
