import { Table, Text } from '@mantine/core';

/** Data of whoever sent them, shown as text. */
export function MessageHeaders({ headers }: { headers: Readonly<Record<string, string>> }) {
  const entries = Object.entries(headers).sort(([one], [other]) => one.localeCompare(other));
  if (entries.length === 0)
    return (
      <Text size="sm" c="dimmed">
        It has no headers.
      </Text>
    );
  return (
    <Table verticalSpacing={2} aria-label="headers">
      <Table.Tbody>
        {entries.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="35%" fw={500} fz="xs" className="breaks">
              {name}
            </Table.Th>
            <Table.Td ff="monospace" fz="xs" className="breaks">
              {value}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
