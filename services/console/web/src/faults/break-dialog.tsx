import { Alert, Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { messageOf } from '../api/index.js';
import { type FaultRequest, type FaultTarget, type ProcessFault, useInject } from './faults.data.js';
import { DURATIONS, PROCESS_FAULTS, SHARES } from './process-faults.js';

/** Says what will happen before it does. */
export function BreakDialog({ target, kind, close }: { target: FaultTarget; kind: ProcessFault; close: () => void }) {
  const { label, happens, lasts } = PROCESS_FAULTS[kind];
  const inject = useInject();
  const [seconds, setSeconds] = useState('30');
  const [share, setShare] = useState('0.2');
  const [from, setFrom] = useState(target.cuts[0] ?? '');
  const { name } = target;
  // The console could not undo its own pause.
  const durations = name === 'console' ? DURATIONS.filter(({ value }) => value !== 'null') : DURATIONS;

  const submit = () => inject.mutate(requestOf({ kind, name, seconds, share, from }), { onSuccess: close });
  return (
    <Modal opened onClose={close} title={`${label} ${name}?`} centered>
      <Stack gap="sm">
        <Text size="sm">{happens(name)}</Text>
        {name === 'console' && <Text size="sm">This page gets no answers meanwhile, and then goes on.</Text>}
        {kind === 'cut' && (
          <>
            <NativeSelect
              label="From"
              data={target.cuts}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            {from === 'postgres' && (
              <Text size="sm">PostgreSQL ends all sessions of the database that its service has for itself.</Text>
            )}
          </>
        )}
        {kind === 'slow' && (
          <NativeSelect
            label="It runs"
            data={SHARES}
            value={share}
            onChange={(event) => setShare(event.currentTarget.value)}
          />
        )}
        {lasts && (
          <NativeSelect
            label="For"
            description="Then it is undone by itself"
            data={durations}
            value={seconds}
            onChange={(event) => setSeconds(event.currentTarget.value)}
          />
        )}
        {inject.isError && (
          <Alert color="red" role="alert">
            {messageOf(inject.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button color="red" onClick={submit} loading={inject.isPending} data-autofocus>
            {label} {name}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface Chosen {
  kind: ProcessFault;
  name: string;
  seconds: string;
  share: string;
  from: string;
}

function requestOf({ kind, name: target, seconds, share, from }: Chosen): FaultRequest {
  const lasting = { target, seconds: seconds === 'null' ? null : Number(seconds) };
  if (kind === 'kill') return { kind, target };
  if (kind === 'cut') return { kind, target, from: from as 'postgres' | 'rabbitmq' };
  if (kind === 'slow') return { kind, ...lasting, share: Number(share) };
  return { kind, ...lasting };
}
