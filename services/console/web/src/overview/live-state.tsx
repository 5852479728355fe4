import { Alert, Group, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { LiveData } from '../api/index.js';
import { Time, useSession } from '../shell/index.js';

/** That what is shown is of now. */
export function LiveState({ at }: { at: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      <span className="live-dot" aria-hidden />
      <Text size="sm" c="dimmed">
        live, read <Time at={at} />
      </Text>
    </Group>
  );
}

/** Since when it is not. The page connects again by itself. */
export function LiveLost({ live: { lostAt, receivedAt } }: { live: LiveData<unknown> }) {
  const { refetch } = useSession();
  // Whose session has expired signs in again.
  useEffect(() => {
    if (lostAt !== undefined) void refetch();
  }, [lostAt, refetch]);
  if (lostAt === undefined) return null;
  return (
    <Alert color="red" mb="md" role="alert" icon={<IconPlugConnectedX size={18} />} title="No live data">
      {receivedAt !== undefined && (
        <>
          What you see is of <Time at={receivedAt} />.{' '}
        </>
      )}
      The console does not respond; the page tries again by itself. <code>npm run status</code> says what is running.
    </Alert>
  );
}
