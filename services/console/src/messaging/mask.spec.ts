import { MASK, maskBody, maskText } from './mask.js';

const personal = { fields: new Set(['email', 'address']) };
const masked = (body: string | Buffer) => maskBody(Buffer.from(body as string), personal);

describe('the body of a message that is shown', () => {
  it('has no value of a personal field, whatever and wherever it is', () => {
    const body = { id: 1, email: 'x', address: { street: 'y' }, items: [{ email: ['z'] }], note: null };
    expect(JSON.parse(String(masked(JSON.stringify(body))))).toEqual({
      id: 1,
      email: MASK,
      address: MASK,
      items: [{ email: MASK }],
      note: null,
    });
  });

  it('has no mail address in any text, of JSON or of other bytes, which keep their length', () => {
    expect(String(masked('{"note":"write to ada@example.com, please"}'))).toBe(`{"note":"write to ${MASK}, please"}`);
    const poison = Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(' ada@example.com {')]);
    expect(masked(poison)).toEqual(Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(' *************** {')]));
    expect(maskText('ada@example.com')).toBe(MASK);
  });

  it('has no value of a property that is written twice, of which JavaScript sees the last', () => {
    expect(String(masked('{"email":"ada@example.com","email":null}'))).toBe('{"email":null}');
    expect(String(masked('{"a":{"phone":1,"phone":2}}'))).toBe('{"a":{"phone":2}}');
  });

  it.each(['info@müller.de', 'müller@example.de', '张伟@例子.cn'])(
    'has no part of %s, in JSON or other text',
    (address) => {
      expect(String(masked(JSON.stringify({ note: `to ${address}.` })))).toBe(`{"note":"to ${MASK}."}`);
      expect(String(masked(`{ to ${address}.`))).toBe(`{ to ${'*'.repeat(Buffer.byteLength(address))}.`);
      expect(String(masked(`{ "to ada\\u0040example.com"`))).toBe(`{ "to ${'*'.repeat(20)}"`);
    },
  );

  it('is the same bytes when nothing in it is personal', () => {
    for (const bytes of ['{ "id": 1.0, "text": "a \\" \\u0062" }', '\uFEFF{}', 'not json', '']) {
      const body = Buffer.from(bytes);
      expect(maskBody(body, personal)).toBe(body);
    }
  });

  it('is masked where it is nested too deep to look at, and as bytes where it is no document', () => {
    const deep = `${'['.repeat(1_000)}"secret"${']'.repeat(1_000)}`;
    expect(String(masked(deep))).not.toContain('secret');
    const deeper = Buffer.from('['.repeat(200_000));
    expect(maskBody(deeper, personal)).toBe(deeper);
  });
});
