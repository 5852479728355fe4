import { Anchor, Group, NativeSelect, Table } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { countOf, Message, Time } from '../shell/index.js';
import { AreaFrame } from './area-frame.js';
import { ListData } from './list-data.js';
import { PAGE_SIZE } from './paging.js';
import { type AuditEntry, type AuditQuery, useAudit } from './queries.js';
import { shortType } from './short-type.js';

const WHAT: Record<AuditEntry['action'], string> = {
  resubmit: 'resubmitted',
  discard: 'discarded',
  'start-batch': 'started a batch',
  'pause-batch': 'paused a batch',
  'resume-batch': 'resumed a batch',
  'stop-batch': 'stopped a batch',
};

export function Component() {
  const [params, setParams] = useSearchParams();
  const given = { by: params.get('by'), action: params.get('action'), cursor: params.get('cursor') };
  const known = Object.entries(given).filter(([, value]) => value);
  const query = useAudit({ ...(Object.fromEntries(known) as AuditQuery), limit: PAGE_SIZE });
  return (
    <AreaFrame title="Audit log of dead letters">
      <Group mb="sm">
        <NativeSelect
          label="Show"
          value={given.action ?? ''}
          data={[
            { value: '', label: 'everything' },
            ...Object.entries(WHAT).map(([value, label]) => ({ value, label })),
          ]}
          onChange={({ currentTarget: { value } }) => setParams(value ? { action: value } : {})}
        />
      </Group>
      <ListData query={query} empty={<Message title="Nobody has resolved a dead letter yet" />}>
        {(items) => <AuditTable items={items} />}
      </ListData>
    </AreaFrame>
  );
}

function AuditTable({ items }: { items: AuditEntry[] }) {
  return (
    <Table verticalSpacing={6} aria-label="audit log">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Who did what, and why</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((entry) => (
          <Row key={entry.id} {...entry} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ at, by, action, deadLetter, batch, subject, detail, count }: AuditEntry) {
  const to = batch ? `/dead-letters/batches/${batch}` : `/dead-letters/${deadLetter}`;
  return (
    <Table.Tr>
      <Table.Td w={{ base: 120, sm: 210 }} fz="sm">
        <Time at={at} />
      </Table.Td>
      <Table.Td className="breaks" fz="sm">
        <b>{by}</b> {WHAT[action]}:{' '}
        <Anchor component={Link} to={to} inherit underline="always">
          {batch ? `${subject} ${countOf(count, 'dead letter')}` : shortType(subject)}
        </Anchor>
        {detail && ` (${detail})`}
      </Table.Td>
    </Table.Tr>
  );
}
