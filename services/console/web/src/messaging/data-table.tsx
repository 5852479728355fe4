import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<Row> {
  label: string;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  /** For screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** In pixels, below which it scrolls sideways. */
  minWidth?: number;
  /** In pixels. Default: as wide as there is room. */
  maxWidth?: number;
}

/** A dense table; the first column names the row. */
export function DataTable<Row>({ caption, columns, rows, keyOf, minWidth = 640, maxWidth }: DataTableProps<Row>) {
  const alignOf = ({ isNumber }: Column<Row>) => (isNumber ? 'right' : 'left');
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      maw={maxWidth}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={caption}
    >
      <Table verticalSpacing={6} horizontalSpacing="sm" highlightOnHover aria-label={caption}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.label} ta={alignOf(column)}>
                {column.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map((column, index) => (
                <Table.Td
                  key={column.label}
                  ta={alignOf(column)}
                  {...(index === 0 && { component: 'th', scope: 'row', fw: 500 })}
                >
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
