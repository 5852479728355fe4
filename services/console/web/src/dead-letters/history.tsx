import { Anchor, Paper, Spoiler, Text, Timeline, Title } from '@mantine/core';
import { Link } from 'react-router';
import { Time } from '../shell/index.js';
import { BodyDiff } from './body-diff.js';
import type { DeadLetterDetail, HistoryEntry } from './queries.js';

/** Every failure and decision, oldest first. */
export function History({ item }: { item: DeadLetterDetail }) {
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="history">
      <Title order={2} size="h4" id="history" mb="sm">
        History
      </Title>
      <Timeline active={item.history.length} bulletSize={14} lineWidth={2}>
        {item.history.map((entry) => (
          <Timeline.Item key={`${entry.event} ${entry.at}`} title={whatOf(entry)}>
            <Entry entry={entry} body={item.body} />
          </Timeline.Item>
        ))}
      </Timeline>
    </Paper>
  );
}

export const whatOf = ({ event, by, editedBody }: HistoryEntry): string =>
  event === 'failed' ? `failed at ${by}` : `${event}${editedBody === null ? '' : ', edited,'} by ${by}`;

function Entry({ entry: { at, detail, batch, editedBody }, body }: { entry: HistoryEntry; body: string }) {
  return (
    <>
      <Text size="sm" c="dimmed">
        <Time at={at} />
        {batch && (
          <>
            {' '}
            in{' '}
            <Anchor component={Link} to={`/dead-letters/batches/${batch}`} inherit underline="always">
              a batch
            </Anchor>
          </>
        )}
      </Text>
      {detail && (
        <Text size="sm" className="breaks">
          {detail}
        </Text>
      )}
      {editedBody !== null && (
        <Spoiler maxHeight={0} showLabel="Show what was changed" hideLabel="Hide it">
          <BodyDiff before={body} after={editedBody} />
        </Spoiler>
      )}
    </>
  );
}
