import { Paper, Stack, Text, Title } from '@mantine/core';
import { formatDuration, Time } from '../shell/index.js';
import type { Fault } from './faults.data.js';

/** What was broken before, latest first. */
export function RecentFaults({ faults }: { faults: readonly Fault[] }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label="Before">
      <Title order={2} size="h5" mb={4}>
        Before
      </Title>
      {faults.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing was broken since the system was started.
        </Text>
      )}
      <Stack gap="xs">
        {faults.map(({ id, target, detail, by, since, endedAt }) => {
          const lasted = endedAt ? Date.parse(endedAt) - Date.parse(since) : 0;
          return (
            <div key={id}>
              <Text size="sm" className="breaks">
                <b>{target}</b>: {detail}
              </Text>
              <Text size="xs" c="dimmed" component="div">
                <Time at={since} />
                {lasted > 0 && `, for ${formatDuration(lasted)}`}, by {by}
              </Text>
            </div>
          );
        })}
      </Stack>
    </Paper>
  );
}
