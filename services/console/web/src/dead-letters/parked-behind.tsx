import { Alert, Anchor, Badge, Paper, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { messageOf } from '../api/index.js';
import { countOf, Time } from '../shell/index.js';
import { listOf } from './filter-in-url.js';
import { type DeadLetterDetail, type ParkedEvent, useParked } from './queries.js';
import { shortType } from './short-type.js';

/** What waits behind a dead letter, and why. */
export function ParkedBehind({ item }: { item: DeadLetterDetail }) {
  const { sourceKind, key, consumer, source } = item;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="parked">
      <Title order={2} size="h4" id="parked" mb={6}>
        What waits behind it
      </Title>
      {sourceKind === 'topic' && key !== null ? (
        <ParkedKey item={item} parkedKey={key} />
      ) : (
        <Text size="sm">
          Nothing.{' '}
          {sourceKind === 'topic'
            ? 'It has no key, so that no order has to be kept.'
            : sourceKind === 'queue'
              ? `Tasks do not depend on each other: the ones behind it in ${source} were handled by ${consumer} meanwhile.`
              : `No broker has accepted it for ${source}, so that no consumer has seen it.`}
        </Text>
      )}
    </Paper>
  );
}

function ParkedKey({ item, parkedKey }: { item: DeadLetterDetail; parkedKey: string }) {
  const { consumer, source, messageId, status } = item;
  const { data, error } = useParked(item);
  if (error && !data) {
    return (
      <Alert color="orange" role="alert" title={`It is unknown what waits in ${consumer}`}>
        {messageOf(error)} It is parked there all the same; this looks again every few seconds.
      </Alert>
    );
  }
  if (!data) return <Text size="sm">Asking {consumer}…</Text>;
  const at = data.items.findIndex((event) => event.messageId === messageId);
  const behind = at < 0 ? [] : data.items.slice(at + 1);
  const before = data.items.slice(0, Math.max(at, 0)).find(({ state }) => state === 'dead-letter');
  return (
    <>
      <Text size="sm" mb="xs">
        Events of one key take effect in their order, so {consumer} has parked key <b className="breaks">{parkedKey}</b>{' '}
        of {source}. Events of other keys go on.
      </Text>
      {at < 0 ? (
        <Text size="sm" role="status">
          {status === 'waiting'
            ? `${consumer} has not parked it: it has not recorded it yet, or has forgotten it.`
            : `It was released: ${consumer} has nothing of it any more.`}
          {data.items.length > 0 &&
            ` ${countOf(data.items.length, 'other event')} of the key ${data.items.length === 1 ? 'is' : 'are'} parked.`}
        </Text>
      ) : (
        <Text size="sm" role="status" fw={600}>
          {behind.length === 0
            ? 'No later event of the key has come yet; the next ones will wait.'
            : `${data.nextCursor ? 'At least ' : ''}${countOf(behind.length, 'later event')} of the key ${behind.length === 1 ? 'waits' : 'wait'}, and follow${behind.length === 1 ? 's' : ''} in order when it is resubmitted or discarded.`}
        </Text>
      )}
      {before && (
        <Alert color="orange" mt="xs" title="Another one comes first">
          An earlier event of the key is a dead letter, too, and holds this one back even when it is resubmitted:{' '}
          <Anchor component={Link} to={listOf({ key: parkedKey, consumer })} inherit underline="always">
            all of this key
          </Anchor>
        </Alert>
      )}
      {data.items.length > 0 && <ParkedTable items={data.items} current={messageId} />}
    </>
  );
}

const STATE: Record<ParkedEvent['state'], string> = {
  'dead-letter': 'dead letter',
  retrying: 'is retried',
  behind: 'waits',
};

function ParkedTable({ items, current }: { items: ParkedEvent[]; current: string }) {
  return (
    <Table.ScrollContainer minWidth={360} mt="xs">
      <Table verticalSpacing={4} aria-label="parked events of the key, in order">
        <Table.Tbody>
          {items.map(({ position, type, messageId, state, parkedAt }) => (
            <Table.Tr key={position}>
              <Table.Td>
                <Text size="sm" fw={messageId === current ? 700 : undefined}>
                  {shortType(type)}
                  {messageId === current && ' (this one)'}
                </Text>
              </Table.Td>
              <Table.Td>
                <Badge variant="default" tt="none" miw="max-content">
                  {STATE[state]}
                </Badge>
              </Table.Td>
              <Table.Td fz="sm">
                since <Time at={parkedAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
