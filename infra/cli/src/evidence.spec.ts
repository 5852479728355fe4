import { parseAccepted, parseInitial, parseKeys } from './evidence.js';

describe('files of evidence', () => {
  it('take accepted orders plain, as strings and as objects', () => {
    expect(parseAccepted('a\n"b"\n\n{"orderId":"c","status":"PENDING"}\n')).toEqual(['a', 'b', 'c']);
  });

  it('take keys as JSON lines and stock as one object', () => {
    expect(parseKeys('{"key":"k","orderId":"a"}\n')).toEqual([{ key: 'k', orderId: 'a' }]);
    expect(parseInitial('{ "BOOK-001": 10 }')).toEqual({ 'BOOK-001': 10 });
  });

  it('name the line that is wrong', () => {
    expect(() => parseKeys('{"key":"k","orderId":"a"}\n{"key":"k"}')).toThrow('line 2: orderId');
    expect(() => parseAccepted('a\n{')).toThrow('line 2 is not JSON');
    expect(() => parseInitial('{"BOOK-001":"many"}')).toThrow('BOOK-001');
  });
});
