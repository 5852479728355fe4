import { Anchor, Group } from '@mantine/core';
import { Link } from 'react-router';
import { type Column, DataTable, Loading, Message, PageTitle } from '../../shell/index.js';
import { useProcesses } from './queries.js';

/** What each process says of its HTTP API, and of the messages of the system. */
export function Component() {
  const processes = useProcesses();
  return (
    <>
      <PageTitle title="API documents" />
      <Loading query={processes}>
        {({ processes: names }) =>
          names.length === 0 ? (
            <Message title="No process is known">PROCESS_URLS of the console says where the processes are.</Message>
          ) : (
            <DataTable caption="documents" columns={COLUMNS} rows={names} keyOf={(name) => name} minWidth={280} />
          )
        }
      </Loading>
    </>
  );
}

const COLUMNS: Column<string>[] = [
  { label: 'process', cell: (name) => name },
  {
    label: 'documents',
    cell: (name) => (
      <Group gap="md">
        <Anchor component={Link} to={`/messaging/documents/${name}/openapi`} inherit aria-label={`OpenAPI of ${name}`}>
          OpenAPI
        </Anchor>
        <Anchor
          component={Link}
          to={`/messaging/documents/${name}/asyncapi`}
          inherit
          aria-label={`AsyncAPI of ${name}`}
        >
          AsyncAPI
        </Anchor>
      </Group>
    ),
  },
];
