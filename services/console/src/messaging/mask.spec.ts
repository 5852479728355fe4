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

  it('is the same bytes when nothing in it is personal', () => {
    for (const bytes of ['{ "id": 1.0 }', 'not json', '']) {
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
