import { Alert, Button, Checkbox, Group, Loader, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { messageOf } from '../api/index.js';
import { countOf } from '../shell/index.js';
import type { Filter } from './filter-in-url.js';
import { type BatchAction, type BatchRequest, useDryRun, useStartBatch } from './queries.js';

const TITLE = { resubmit: 'Resubmit many dead letters', discard: 'Discard many dead letters' };
const VERB = { resubmit: 'Resubmit', discard: 'Discard' };

/** Asks how many of the waiting ones that match, how fast and why, shows a dry run, and starts a batch. */
export function useBatchDialog() {
  const navigate = useNavigate();
  return (action: BatchAction, filter: Omit<Filter, 'status'>): void => {
    const id = modals.open({
      closeButtonProps: { 'aria-label': 'close' },
      title: TITLE[action],
      size: 'lg',
      children: (
        <BatchDialog
          action={action}
          filter={filter}
          close={() => modals.close(id)}
          open={(batch) => void navigate(`/dead-letters/batches/${batch}`)}
        />
      ),
    });
  };
}

interface BatchDialogProps {
  action: BatchAction;
  filter: Omit<Filter, 'status'>;
  close: () => void;
  open: (batch: string) => void;
}

function BatchDialog({ action, filter, close, open }: BatchDialogProps) {
  const [limit, setLimit] = useState<number | string>('');
  const [rate, setRate] = useState<number | string>(action === 'resubmit' ? 5 : '');
  const [force, setForce] = useState(false);
  const [reason, setReason] = useState('');
  const request: BatchRequest = {
    filter,
    force,
    dryRun: false,
    ...(typeof limit === 'number' && { limit }),
    ...(typeof rate === 'number' && { ratePerSecond: rate }),
    ...(action === 'discard' && { reason: reason.trim() }),
  };
  const start = useStartBatch();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate(
          { action, request },
          {
            onSuccess({ batch }) {
              close();
              if (batch) open(batch.id);
            },
          },
        );
      }}
    >
      <Stack>
        <FilterText filter={filter} />
        {action === 'discard' && (
          <TextInput
            label="Reason"
            description="Recorded with each of them and in the audit log"
            required
            data-autofocus
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <Group grow align="end">
          <NumberInput
            label="At most"
            description="Oldest first; empty: all. Try one before the rest"
            placeholder="all"
            min={1}
            max={1_000_000}
            allowDecimal={false}
            value={limit}
            onChange={setLimit}
          />
          <NumberInput
            label="Dead letters per second"
            description="Spares a consumer that has just recovered; empty: as fast as possible"
            placeholder="no limit"
            min={0.01}
            max={1_000}
            value={rate}
            onChange={setRate}
          />
        </Group>
        {action === 'resubmit' && (
          <Checkbox
            label="Also those that were resubmitted too often already"
            checked={force}
            onChange={(event) => setForce(event.currentTarget.checked)}
          />
        )}
        <Confirmation action={action} request={request} isStarting={start.isPending} close={close} />
        {start.isError && (
          <Alert color="red" role="alert" title="Nothing was started">
            {messageOf(start.error)}
          </Alert>
        )}
      </Stack>
    </form>
  );
}

function FilterText({ filter }: Pick<BatchDialogProps, 'filter'>) {
  const parts = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  return (
    <Text size="sm" className="breaks">
      Of the waiting dead letters {parts.length ? `with ${parts.join(', ')}` : '(all of them: there is no filter)'}:
    </Text>
  );
}

interface ConfirmationProps {
  action: BatchAction;
  request: BatchRequest;
  isStarting: boolean;
  close: () => void;
}

/** Says what would happen, of how many, before it does. */
function Confirmation({ action, request, isStarting, close }: ConfirmationProps) {
  const [settled] = useDebouncedValue(JSON.stringify(request), 300);
  const { data, error, isPending, isPlaceholderData } = useDryRun(action, JSON.parse(settled));
  if (error) return <Alert color="red">{messageOf(error)}</Alert>;
  if (isPending) return <Loader size="sm" aria-label="counting" />;
  const isCurrent = settled === JSON.stringify(request) && !isPlaceholderData;
  const done = action === 'resubmit' ? 'resubmitted' : 'discarded';
  return (
    <>
      <Alert color={action === 'discard' ? 'orange' : 'blue'} role="status">
        {data.selected} of {countOf(data.matching, 'waiting dead letter')} would be {done}.
        {data.excluded > 0 && ` ${data.excluded} would not: resubmitted too often, or part of another batch.`}
      </Alert>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          type="submit"
          color={action === 'discard' ? 'red.9' : undefined}
          disabled={!isCurrent || data.selected === 0}
          loading={isStarting}
        >
          {VERB[action]} {countOf(data.selected, 'dead letter')}
        </Button>
      </Group>
    </>
  );
}
