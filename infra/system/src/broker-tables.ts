import { type BrokerResults, figureText } from './broker-results.js';
import { table } from './markdown-table.js';

/** Every figure with its method, as headings of the third level. */
export function brokerTables(results: BrokerResults): string {
  return results.tables
    .map(({ title, method, columns, rows }) => {
      const lines = rows.map(({ name, cells }) => [name, ...cells.map(figureText)]);
      return `### ${title}\n\n${method}\n\n${table([['', ...columns], ...lines])}`;
    })
    .join('\n');
}
