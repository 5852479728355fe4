/** A measured value. */
export interface Figure {
  value: number;
  unit: '/s' | 'ms' | 's' | 'MiB' | 'messages';
  /** The single rounds, where `value` is their median. */
  rounds?: number[];
  /** What a reader of the figure must know. */
  note?: string;
}

export interface ResultRow {
  name: string;
  /** In the order of the columns; null where there is nothing to measure. */
  cells: (Figure | null)[];
}

export interface ResultTable {
  name: string;
  title: string;
  /** How it was measured, in sentences. */
  method: string;
  columns: string[];
  rows: ResultRow[];
}

/** What `npm run bench -- brokers` writes. */
export interface BrokerResults {
  /** `2026-11-27` */
  date: string;
  minutes: number;
  machine: { cpu: string; cores: number; memoryGiB: number; os: string };
  /** What all other processes took meanwhile, on average: with more than a few hundredths the figures are noise. */
  otherCores: number;
  versions: Record<string, string>;
  /** By broker: what the server has done with a message that it has confirmed. */
  confirms: Record<string, string>;
  tables: ResultTable[];
}

const WHOLE_FROM = 10;

/** `12,300/s`, `0.7 ms`, with its note. */
export function figureText(figure: Figure | null): string {
  if (!figure) return '—';
  const { value, unit, note } = figure;
  const digits = unit === 'ms' || unit === 's' ? (value < WHOLE_FROM ? 1 : 0) : 0;
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const text = unit === '/s' ? `${number}${unit}` : `${number} ${unit}`;
  return note ? `${text} (${note})` : text;
}

/** The figure of a table's row and column. Throws when there is no such place, so that a page names only what is measured. */
export function figureAt({ tables }: BrokerResults, table: string, row: string, column: string): Figure | null {
  const found = tables.find(({ name }) => name === table);
  const cells = found?.rows.find(({ name }) => name === row)?.cells;
  const index = found?.columns.indexOf(column) ?? -1;
  if (!cells || index < 0) throw new Error(`nothing is measured at ${table}, ${row}, ${column}`);
  return cells[index]!;
}
