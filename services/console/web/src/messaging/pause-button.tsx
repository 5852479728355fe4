import { Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { countOf, useSession } from '../shell/index.js';
import { type ConsumerChange, type SourceConsumer, useChangeConsumer } from './queries.js';

interface PauseButtonProps {
  /** The queue or topic. */
  source: string;
  consumer: SourceConsumer;
}

/** Pauses a consumer in all of its processes, after a confirmation, or resumes it. Readers do not have it. */
export function PauseButton({ source, consumer: { consumer, processes } }: PauseButtonProps) {
  const change = useChangeConsumer();
  const { data: session } = useSession();
  const reachable = processes.filter(({ state }) => state !== 'unavailable');
  if (session?.role !== 'operator' || reachable.length === 0) return null;
  const isPaused = reachable.some(({ pausedAt }) => pausedAt !== null);
  const names = [...new Set(reachable.map(({ process }) => process))];
  const apply = (action: ConsumerChange['action']) => change.mutate({ action, source, processes: names });
  const Icon = isPaused ? IconPlayerPlay : IconPlayerPause;
  const action = isPaused ? 'resume' : 'pause';
  return (
    <Button
      size="compact-sm"
      variant={isPaused ? 'filled' : 'default'}
      leftSection={<Icon size={14} />}
      loading={change.isPending}
      aria-label={`${action} ${consumer} on ${source}`}
      onClick={() => (isPaused ? apply('resume') : confirmPause({ consumer, source, names }, () => apply('pause')))}
    >
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}

interface Pause {
  consumer: string;
  source: string;
  names: readonly string[];
}

function confirmPause({ consumer, source, names }: Pause, onConfirm: () => void): void {
  modals.openConfirmModal({
    title: `Pause ${consumer} on ${source}?`,
    children: (
      <Text size="sm">
        It takes no more messages in {countOf(names.length, 'process', 'processes')} ({names.join(', ')}). What is in
        flight ends as usual; everything else waits where it is, until you resume it or the process is started again.
      </Text>
    ),
    labels: { confirm: 'Pause', cancel: 'Cancel' },
    onConfirm,
  });
}
