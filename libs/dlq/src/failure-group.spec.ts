import { failureGroupOf } from './failure-group.js';

const groupOf = (error: string, stack = '') => failureGroupOf({ class: 'transient', error, stack }).group;

describe('failures share a group', () => {
  it.each([
    ['ids', 'no order 0b1e7a52-0000-7000-8000-00000000a001', 'no order 0b1e7a52-ffff-7000-8000-00000000a002'],
    ['numbers', 'status 503 after 1200 ms', 'status 503 after 17.5 ms'],
    ['times', 'late since 2026-01-01T00:00:00.000Z', 'late since 2026-03-01T12:30:00.123Z'],
    ['addresses', 'ada@example.com is unknown', 'b.lovelace@example.org is unknown'],
    [
      'unexpected tokens',
      `Unexpected token 'h', "hello" is not valid JSON`,
      `Unexpected token 'x', "xy" is not valid JSON`,
    ],
    ['hashes', 'no block 9f86d081884c7d65', 'no block 60303ae22b998861'],
  ])('when only their %s differ', (_, one, other) => {
    expect(groupOf(one)).toBe(groupOf(other));
  });

  it('when another release has moved the lines', () => {
    const stackAt = (line: number) =>
      `Error: x\n    at read (file:///app/dist/read.js:${line}:11)\n    at run (a.js:1:1)`;
    expect(groupOf('x', stackAt(10))).toBe(groupOf('x', stackAt(12)));
  });
});

describe('failures have different groups', () => {
  it('when their errors, classes or places differ', () => {
    const at = (name: string) => `Error: x\n    at ${name} (file:///app/dist/read.js:1:1)`;
    const groups = [
      groupOf('no such order'),
      groupOf('no such parcel'),
      groupOf('no such order', at('read')),
      groupOf('no such order', at('write')),
      failureGroupOf({ class: 'business', error: 'no such order' }).group,
    ];
    expect(new Set(groups).size).toBe(groups.length);
  });

  it('when they are about different versions of a message', () => {
    expect(groupOf('this version of shop.Sold.v1 is not known')).not.toBe(
      groupOf('this version of shop.Sold.v2 is not known'),
    );
  });
});

describe('the place of a failure', () => {
  const stack = [
    'TypeError: x',
    '    at parse (node:internal/json:1:1)',
    '    at Client.query (/app/node_modules/pg/lib/client.js:10:3)',
    '    at async StockRepository.save (file:///app/dist/persistence/stock.repository.js:40:12)',
    '    at handle (file:///app/dist/handler.js:1:1)',
  ];
  it.each([
    ['the first line of the application', stack, 'StockRepository.save (stock.repository.js)'],
    ["a dependency's first line, when there is no other", stack.slice(0, 3), 'parse (json)'],
    ['the file, when the function has no name', ['Error', '    at file:///app/dist/main.js:3:1'], 'main.js'],
    ['unknown without a stack', [], ''],
  ])('is %s', (_, lines, place) => {
    expect(failureGroupOf({ class: 'transient', error: 'x', stack: lines.join('\n') }).place).toBe(place);
  });
});
