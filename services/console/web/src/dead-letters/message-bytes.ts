import type { DeadLetterDetail } from './queries.js';

type Body = Pick<DeadLetterDetail, 'body' | 'bodyEncoding'>;

export function bytesOf({ body, bodyEncoding }: Body): Uint8Array {
  return bodyEncoding === 'utf-8'
    ? new TextEncoder().encode(body)
    : Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
}

/** Indented; undefined unless it is JSON. */
export function prettyJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

const PER_LINE = 16;

/** As `hexdump -C` shows them: offset, bytes, and what is printable of them. */
export function hexOf(bytes: Uint8Array): string {
  const lines = [];
  for (let offset = 0; offset < bytes.length; offset += PER_LINE) {
    const some = [...bytes.subarray(offset, offset + PER_LINE)];
    const hex = some.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = some.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${hex.padEnd(PER_LINE * 3)} ${text}`);
  }
  return lines.join('\n');
}

/** `1.2 KiB` */
export function sizeOf(bytes: number): string {
  if (bytes < 1_024) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return bytes < 1_024 ** 2 ? `${(bytes / 1_024).toFixed(1)} KiB` : `${(bytes / 1_024 ** 2).toFixed(1)} MiB`;
}
