import { parseAcceptedOrders, parseInitialStock, parseKeys } from './parse-expectations.js';

describe('files of expectations', () => {
  it('list accepted orders as plain ids, JSON strings or JSON objects', () => {
    expect(parseAcceptedOrders('a\n"b"\n\n{"orderId":"c","status":"PENDING"}\n')).toEqual(['a', 'b', 'c']);
  });

  it('list keys as JSON lines and stock as one JSON object', () => {
    expect(parseKeys('{"key":"k","orderId":"a"}\n')).toEqual([{ key: 'k', orderId: 'a' }]);
    expect(parseInitialStock('{ "BOOK-001": 10 }')).toEqual({ 'BOOK-001': 10 });
  });

  it('are rejected with the number of the invalid line', () => {
    expect(() => parseKeys('{"key":"k","orderId":"a"}\n{"key":"k"}')).toThrow('line 2: orderId');
    expect(() => parseAcceptedOrders('a\n{')).toThrow('line 2 is not JSON');
    expect(() => parseInitialStock('{"BOOK-001":"many"}')).toThrow('BOOK-001');
  });
});
