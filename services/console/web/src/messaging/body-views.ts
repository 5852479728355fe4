/** Of which the dump shows the first. */
const DUMPED = 4_096;
const LINE = 16;

/** Undefined when the text is no JSON. Numbers keep their digits only as far as JavaScript has them: the text view has them all. */
export function prettyJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

export const bytesIn = (body: string, encoding: 'utf-8' | 'base64'): Uint8Array =>
  encoding === 'utf-8' ? new TextEncoder().encode(body) : Uint8Array.from(atob(body), (char) => char.charCodeAt(0));

/** Offset, bytes and printable characters, sixteen a line, as `hexdump -C` shows them. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < Math.min(bytes.length, DUMPED); offset += LINE) {
    const line = [...bytes.subarray(offset, offset + LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${hex.padEnd(LINE * 3 - 1)}  ${text}`);
  }
  if (bytes.length > DUMPED) lines.push(`... and ${bytes.length - DUMPED} bytes more`);
  return lines.join('\n');
}
