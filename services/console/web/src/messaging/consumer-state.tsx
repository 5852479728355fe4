import { Badge, Group, Stack, Text } from '@mantine/core';
import { Time } from '../shell/index.js';
import type { ConsumerProcess } from './queries.js';

const COLORS: Record<ConsumerProcess['state'], string> = {
  running: 'green',
  pausing: 'yellow',
  paused: 'yellow',
  unavailable: 'red',
};

/** What a consumer does in each of its processes. */
export function ConsumerState({ processes }: { processes: readonly ConsumerProcess[] }) {
  if (processes.length === 0)
    return (
      <Text size="sm" c="dimmed">
        no process of it has answered yet
      </Text>
    );
  return (
    <Stack gap={4}>
      {processes.map((one) => (
        <Group key={one.url} gap="xs" wrap="nowrap">
          <Badge color={COLORS[one.state]} variant="light" tt="none" style={{ flexShrink: 0 }}>
            {one.state}
          </Badge>
          <Text size="sm" span>
            {one.process}
            <Since {...one} />
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function Since({ state, pausedAt, seenAt }: ConsumerProcess) {
  if (pausedAt)
    return (
      <>
        , {state} since <Time at={pausedAt} />
      </>
    );
  if (state === 'unavailable')
    return seenAt ? (
      <>
        , no data since <Time at={seenAt} />
      </>
    ) : (
      <>, no data</>
    );
  return null;
}
