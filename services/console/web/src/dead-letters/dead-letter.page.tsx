import { Anchor, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useParams } from 'react-router';
import { ProblemError } from '../api/index.js';
import { countOf, Loading, Message, PageTitle, Time, useSession } from '../shell/index.js';
import { ClassBadge, StatusBadge } from './badges.js';
import { DiscardDialog } from './discard-dialog.js';
import { EditForm } from './edit-form.js';
import { Facts } from './facts.js';
import { listOf } from './filter-in-url.js';
import { History } from './history.js';
import { MessageView } from './message-view.js';
import { ParkedBehind } from './parked-behind.js';
import { type DeadLetterDetail, useDeadLetter, useResubmit } from './queries.js';
import { ResolveProblem } from './resolve-problem.js';
import { shortType } from './short-type.js';

export function Component() {
  const id = useParams().id!;
  const deadLetter = useDeadLetter(id);
  const { error } = deadLetter;
  if (error instanceof ProblemError && error.problem.status === 404) return <Missing />;
  // Another version is another decision: what was begun about the one before is over.
  return (
    <Loading query={deadLetter}>{(item) => <DeadLetterView key={`${item.id} ${item.version}`} item={item} />}</Loading>
  );
}

function Missing() {
  return (
    <>
      <PageTitle title="Dead letter" />
      <Message title="There is no such dead letter">
        A resolved one is deleted after its retention time. What was done to it stays in the{' '}
        <Anchor component={Link} to="/dead-letters/audit" inherit underline="always">
          audit log
        </Anchor>
        .
      </Message>
    </>
  );
}

function DeadLetterView({ item }: { item: DeadLetterDetail }) {
  return (
    <>
      <Anchor component={Link} to="/dead-letters" size="sm">
        All dead letters
      </Anchor>
      <PageTitle title={shortType(item.type)}>
        <ClassBadge value={item.class} />
        <StatusBadge value={item.status} />
      </PageTitle>
      <Paper withBorder p="md" mb="md">
        <Text fw={600} mb="xs" className="breaks">
          {item.error}
        </Text>
        <Decision item={item} />
      </Paper>
      <SimpleGrid cols={{ base: 1, lg: 2 }} verticalSpacing="md">
        <Stack miw={0}>
          <Paper withBorder p="md" component="section" aria-labelledby="message">
            <Title order={2} size="h4" id="message" mb="xs">
              Message
            </Title>
            <MessageView item={item} />
          </Paper>
          <DeadLetterFacts item={item} />
        </Stack>
        <Stack miw={0}>
          <ParkedBehind item={item} />
          <History item={item} />
        </Stack>
      </SimpleGrid>
    </>
  );
}

function Decision({ item }: { item: DeadLetterDetail }) {
  const isOperator = useSession().data?.role === 'operator';
  const [isEditing, edit] = useDisclosure();
  const [isDiscarding, discard] = useDisclosure();
  const resubmit = useResubmit(item);
  if (item.status === 'resubmitted')
    return <Text size="sm">Sent to {item.consumer}. If it fails again, it is waiting here again.</Text>;
  if (item.status === 'discarded') return <Text size="sm">{item.consumer} will never handle it.</Text>;
  if (!isOperator)
    return <Text size="sm">It waits for the decision of an operator. You are signed in as a reader.</Text>;
  return (
    <>
      {isEditing ? (
        <EditForm item={item} close={edit.close} />
      ) : (
        <Group gap="xs">
          <Button loading={resubmit.isPending} onClick={() => resubmit.mutate({})}>
            Resubmit
          </Button>
          {item.bodyEncoding === 'utf-8' && (
            <Button
              variant="default"
              onClick={() => {
                resubmit.reset();
                edit.open();
              }}
            >
              Edit and resubmit…
            </Button>
          )}
          <Button variant="default" onClick={discard.open}>
            Discard…
          </Button>
        </Group>
      )}
      {!isEditing && resubmit.isError && (
        <Stack mt="sm">
          <ResolveProblem item={item} error={resubmit.error} force={() => resubmit.mutate({ force: true })} />
        </Stack>
      )}
      <DiscardDialog item={item} isOpen={isDiscarding} close={discard.close} />
    </>
  );
}

function DeadLetterFacts({ item }: { item: DeadLetterDetail }) {
  const { source, consumer, group, key, attempts, resubmissions, firstFailedAt, lastFailedAt, collectedAt } = item;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="facts">
      <Title order={2} size="h4" id="facts" mb="xs">
        Facts
      </Title>
      <Facts
        label="facts"
        items={[
          ['Consumer', consumer],
          [item.sourceKind === 'topic' ? 'Topic' : 'Queue', source],
          ['Type', item.type],
          [
            'Key',
            key && (
              <Anchor key="key" component={Link} to={listOf({ key, status: 'all' })} inherit>
                {key}
              </Anchor>
            ),
          ],
          ['Message id', item.messageId],
          ['Trace id', item.traceId],
          [
            'Same failure',
            <Anchor key="group" component={Link} to={listOf({ group })} inherit>
              group {group}
            </Anchor>,
          ],
          ['Attempts', countOf(attempts, 'attempt')],
          ['Resubmitted', resubmissions ? countOf(resubmissions, 'time') : 'never'],
          ['First failed', <Time key="first" at={firstFailedAt} />],
          ['Last failed', <Time key="last" at={lastFailedAt} />],
          ['Collected', <Time key="collected" at={collectedAt} />],
        ]}
      />
    </Paper>
  );
}
