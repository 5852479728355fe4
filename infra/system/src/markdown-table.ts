/** Aligned, as the formatter would. */
export function table([head, ...rows]: string[][]): string {
  const widths = head!.map((_, n) => Math.max(...[head!, ...rows].map((cells) => cells[n]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |\n`;
  return [head!, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}
