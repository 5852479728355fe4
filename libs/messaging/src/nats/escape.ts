import { bytesOf, textOf } from '../envelope/index.js';

const ESCAPED = /((?:%[0-9A-F]{2})+)/i;

/** Each byte that is not one of the characters that `kept` matches, as `%XX`. */
export function escaped(text: string, kept: RegExp): string {
  const encoded = (byte: number) => {
    const character = String.fromCharCode(byte);
    return kept.test(character) ? character : percent(byte);
  };
  return Array.from(bytesOf(text), encoded).join('');
}

/** The text again, or what another sender wrote, which may be UTF-8 that is not escaped. */
export function unescaped(text: string): string {
  if (!ESCAPED.test(text)) return text;
  const parts = text
    .split(ESCAPED)
    .map((part, n) => (n % 2 ? Buffer.from(part.replaceAll('%', ''), 'hex') : bytesOf(part)));
  return textOf(Buffer.concat(parts));
}

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Text as one token of a subject, and as the name of a stream or consumer: those have no dots, which become `=`. */
export const tokenOf = (text: string): string => escaped(text, /[\w.-]/).replaceAll('.', '=');

export const textOfToken = (token: string): string => unescaped(token.replaceAll('=', '.'));
