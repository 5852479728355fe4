import { isUtf8 } from 'node:buffer';

/** Lone surrogates U+DC80 to U+DCFF stand for the bytes 0x80 to 0xFF that are not UTF-8, as in Python's `surrogateescape` (PEP 383). */
const ESCAPE = 0xdc00;
const ESCAPED = /[\udc80-\udcff]/;

/** Bytes of a broker as text from which `bytesOf` makes the same bytes again, whatever they are. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  let from = 0;
  while (from < bytes.length) {
    const length = lengthOfCharacter(bytes, from);
    text += length ? bytes.toString('utf8', from, from + length) : String.fromCharCode(ESCAPE + bytes[from]!);
    from += length || 1;
  }
  return text;
}

export function bytesOf(text: string): Buffer {
  if (text.isWellFormed() || !ESCAPED.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    [...text].map((character) => {
      const code = character.charCodeAt(0);
      return character.length === 1 && ESCAPED.test(character)
        ? Buffer.of(code - ESCAPE)
        : Buffer.from(character, 'utf8');
    }),
  );
}

/** Of the UTF-8 character that begins here; 0 when none does. */
function lengthOfCharacter(bytes: Buffer, from: number): number {
  const first = bytes[from]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return from + length <= bytes.length && isUtf8(bytes.subarray(from, from + length)) ? length : 0;
}

/** Text that PostgreSQL stores and indexes as it is: no NUL, no lone surrogate, at most `LONGEST` characters. */
export const isStorable = (text: string): boolean =>
  text.length <= LONGEST && text.isWellFormed() && !text.includes('\0');

/** An index row has at most 2,704 bytes; a character at most 4. */
const LONGEST = 500;

/** As much of a text as PostgreSQL stores; what it can't is U+FFFD. For people to read. */
export const storable = (text: string, longest = LONGEST): string =>
  text.slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd');
