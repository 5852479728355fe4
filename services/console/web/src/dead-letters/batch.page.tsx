import { Alert, Anchor, Button, Paper, Progress, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { Link, useParams } from 'react-router';
import { messageOf } from '../api/index.js';
import { countOf, formatNumber, Loading, PageTitle, Time, useSession } from '../shell/index.js';
import { BatchBadge } from './badges.js';
import { Facts } from './facts.js';
import { type Batch, isUnfinished, useBatch, useBatchControl } from './queries.js';

const TITLE = { resubmit: 'Resubmit', discard: 'Discard' };
const DONE = { resubmit: 'resubmitted', discard: 'discarded' };

export function Component() {
  const batch = useBatch(useParams().id!);
  return <Loading query={batch}>{(data) => <BatchView batch={data} isCurrent={!batch.error} />}</Loading>;
}

function BatchView({ batch, isCurrent }: { batch: Batch; isCurrent: boolean }) {
  const { action, selected, resolved, skipped, released, status, reason, ratePerSecond, force } = batch;
  const filter = Object.entries(batch.filter).map(([name, value]) => `${name} ${value}`);
  return (
    <>
      <Anchor component={Link} to="/dead-letters/batches" size="sm">
        All batches
      </Anchor>
      <PageTitle title={`${TITLE[action]} ${countOf(selected, 'dead letter')}`}>
        <BatchBadge value={status} />
      </PageTitle>
      <Paper withBorder p="md" mb="md">
        <Text fw={600} mb={6} role="status">
          {formatNumber(resolved)} of {formatNumber(selected)} {DONE[action]}
        </Text>
        <Progress
          size="lg"
          value={(100 * resolved) / selected}
          aria-label="progress"
          animated={isCurrent && status === 'running'}
          color={status === 'paused' ? 'orange' : undefined}
        />
        <Controls batch={batch} />
      </Paper>
      <Facts
        label="the batch"
        items={[
          ['Started by', batch.by],
          ['Started', <Time key="started" at={batch.createdAt} />],
          ['Of those with', filter.join(', ') || 'no filter'],
          ['Reason', reason],
          ['Rate', ratePerSecond ? `${formatNumber(ratePerSecond)} dead letters/s` : 'no limit'],
          ['Too often', force ? 'included' : null],
          ['Paused by', batch.pausedBy],
          ['Stopped by', batch.stoppedBy],
          ['Ended', batch.endedAt && <Time key="ended" at={batch.endedAt} />],
          ['Waiting again', released ? `${countOf(released, 'dead letter')}, because it was stopped` : null],
          ['Skipped', skipped ? `${countOf(skipped, 'dead letter')} that others resolved first` : null],
        ]}
      />
    </>
  );
}

function Controls({ batch }: { batch: Batch }) {
  const isOperator = useSession().data?.role === 'operator';
  const control = useBatchControl(batch.id);
  if (!isOperator || !isUnfinished(batch)) return null;
  const left = batch.selected - batch.resolved;
  const confirmStop = () =>
    modals.openConfirmModal({
      closeButtonProps: { 'aria-label': 'close' },
      title: 'Stop this batch?',
      children: `${countOf(left, 'dead letter')} will be waiting again, for anybody to resolve.`,
      labels: { confirm: 'Stop it', cancel: 'Go on' },
      confirmProps: { color: 'red.9' },
      onConfirm: () => control.mutate('stop'),
    });
  return (
    <>
      <Button.Group mt="md">
        {batch.status === 'running' ? (
          <Button variant="default" loading={control.isPending} onClick={() => control.mutate('pause')}>
            Pause
          </Button>
        ) : (
          <Button variant="default" loading={control.isPending} onClick={() => control.mutate('resume')}>
            Resume
          </Button>
        )}
        <Button variant="default" onClick={confirmStop}>
          Stop…
        </Button>
      </Button.Group>
      {control.isError && (
        <Alert color="orange" mt="sm" role="alert">
          {messageOf(control.error)}
        </Alert>
      )}
    </>
  );
}
