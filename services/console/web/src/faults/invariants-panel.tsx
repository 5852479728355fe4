import { Alert, Anchor, Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { NoDataSince, Time } from '../shell/index.js';
import { type Invariant, useInvariants } from './invariants.data.js';
import classes from './target-list.module.css';

/** The running check of what must hold whatever breaks. */
export function InvariantsPanel() {
  const { data: report, lostAt } = useInvariants();
  return (
    <Paper withBorder p="sm" component="section" aria-label="Invariants">
      <Group justify="space-between" mb={4} gap="xs">
        <Title order={2} size="h5">
          Invariants
        </Title>
        <Text size="xs" c="dimmed" component="div">
          {report ? (
            <>
              checked <Time at={report.checkedAt} />
            </>
          ) : (
            'the first check takes a moment'
          )}
        </Text>
      </Group>
      {lostAt !== undefined && (
        <NoDataSince at={lostAt} reason="The console does not respond; the page tries again by itself." />
      )}
      {report?.unavailable && (
        <Alert color="orange" p="xs" role="alert">
          Nothing could be checked: {report.unavailable}
        </Alert>
      )}
      {report && !report.unavailable && <Movement moving={report.moving} />}
      <Stack gap="xs" component="ul" className={classes.list}>
        {report?.invariants.map((invariant) => (
          <InvariantRow key={invariant.id} invariant={invariant} />
        ))}
      </Stack>
      <Text size="xs" c="dimmed" mt="sm">
        <Anchor component={Link} to="/orders" inherit underline="always">
          Place orders
        </Anchor>{' '}
        to see something move while it breaks. Checked by <code>npm run invariants</code>, only while this page is open.
      </Text>
    </Paper>
  );
}

const SHOWN_MOVEMENTS = 3;

function Movement({ moving }: { moving: readonly string[] }) {
  const more = moving.length - SHOWN_MOVEMENTS;
  return (
    <Text size="sm" mb="xs" c="dimmed" className="breaks">
      {moving.length === 0
        ? 'The system is at rest.'
        : `Not at rest: ${moving.slice(0, SHOWN_MOVEMENTS).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`}
    </Text>
  );
}

const LOOKS: Record<Invariant['state'], { colour: string; words: string }> = {
  holds: { colour: 'green', words: 'holds' },
  settling: { colour: 'yellow', words: 'not at rest yet' },
  broken: { colour: 'red', words: 'broken' },
  unknown: { colour: 'gray', words: 'unknown' },
};

function InvariantRow({ invariant }: { invariant: Invariant }) {
  const { id, promise, state, since, counted, violations, examples, notChecked } = invariant;
  const { colour, words } = LOOKS[state];
  return (
    <li aria-label={id}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Text fw={700} size="sm" w={24}>
          {id}
        </Text>
        <Text size="sm" flex={1}>
          {promise}
        </Text>
        <Badge color={colour} variant="dot" tt="none" fw={600} flex="0 0 auto">
          {words}
        </Badge>
      </Group>
      <Text size="xs" c="dimmed" pl={36} component="div" className="breaks">
        {state === 'unknown' ? notChecked : counted}
        {state === 'broken' && (
          <>
            , since <Time at={since} />
          </>
        )}
        {examples.map((example) => (
          <div key={example}>
            <WithOrders text={example} />
          </div>
        ))}
        {violations > examples.length && <div>and {violations - examples.length} more</div>}
      </Text>
    </li>
  );
}

const ORDER_ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** The text, in which ids of orders lead to them. */
function WithOrders({ text }: { text: string }) {
  return text.split(ORDER_ID).map((part) =>
    ORDER_ID.test(part) ? (
      <Anchor key={part} component={Link} to={`/orders/${part}`} inherit underline="always">
        {part}
      </Anchor>
    ) : (
      part
    ),
  );
}
