import { Group, Table } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';

/** Below Mantine's breakpoint `sm`. */
const PHONE = '(max-width: 47.99em)';

export interface Column<Row> {
  label: string;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  /** On a phone, it stands below the name of its row. */
  isDetail?: boolean;
  cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  /** For screen readers. */
  caption: string;
  /** The first one names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** In pixels, below which it scrolls sideways, but on a phone. */
  minWidth?: number;
  /** In pixels. Default: as wide as there is room. */
  maxWidth?: number;
}

/** A dense table. */
export function DataTable<Row>({ caption, columns, rows, keyOf, minWidth = 640, maxWidth }: DataTableProps<Row>) {
  const isPhone = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const [name, ...others] = columns.filter(({ isDetail }) => !(isPhone && isDetail));
  const details = columns.filter(({ isDetail }) => isPhone && isDetail);
  return (
    <Table.ScrollContainer minWidth={0} maw={maxWidth} type="native" tabIndex={0} role="region" aria-label={caption}>
      <Table
        miw={isPhone ? 0 : minWidth}
        verticalSpacing={6}
        horizontalSpacing="sm"
        highlightOnHover
        aria-label={caption}
      >
        <Table.Thead>
          <Table.Tr>
            {[name!, ...others].map((column) => (
              <Table.Th key={column.label} ta={alignOf(column)}>
                {column.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              <Table.Td component="th" scope="row" fw={500} ta={alignOf(name!)}>
                {name!.cell(row)}
                {details.length > 0 && <Details columns={details} row={row} />}
              </Table.Td>
              {others.map((column) => (
                <Table.Td key={column.label} ta={alignOf(column)}>
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

function Details<Row>({ columns, row }: { columns: readonly Column<Row>[]; row: Row }) {
  return (
    <Group gap="2px 10px" fz="xs" fw={400} c="dimmed">
      {columns.map(({ label, cell }) => (
        <Group key={label} gap={4}>
          {label} {cell(row)}
        </Group>
      ))}
    </Group>
  );
}

const alignOf = ({ isNumber }: { isNumber?: boolean }) => (isNumber ? 'right' : 'left');
