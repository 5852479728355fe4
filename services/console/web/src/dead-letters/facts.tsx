import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** Names and values; what has no value is left out. */
export function Facts({
  label,
  items,
}: {
  label: string;
  items: readonly (readonly [name: string, value: ReactNode])[];
}) {
  const known = items.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return (
    <Table variant="vertical" verticalSpacing={5} withRowBorders={false} aria-label={label} layout="fixed">
      <Table.Tbody>
        {known.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w={{ base: 120, sm: 160 }}>{name}</Table.Th>
            <Table.Td className="breaks">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
