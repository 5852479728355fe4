const TWO_COLUMNS = /^( {2,}\S+(?: \S+)*)( {2,})(?=\S)/;

/** A help text with other words in it, whose second column is where it was; the formatter does this for tables of Markdown. */
export function aligned(before: string, after: string): string {
  const old = before.split('\n');
  const lines = after.split('\n').map((line, at) => (line === old[at] ? line : inColumn(line, old[at] ?? '')));
  return lines.join('\n');
}

function inColumn(line: string, old: string): string {
  const column = TWO_COLUMNS.exec(old)?.[0].length;
  return column ? line.replace(TWO_COLUMNS, (_, left: string) => `${left.padEnd(column - 2)}  `) : line;
}
