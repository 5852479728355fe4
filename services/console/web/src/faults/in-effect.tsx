import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Time } from '../shell/index.js';
import { type Fault, useUndo } from './faults.data.js';
import { Remaining } from './remaining.js';

/** What is broken now, since when, and for how long. */
export function InEffect({ faults, mayUndo }: { faults: readonly Fault[]; mayUndo: boolean }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label="In effect" aria-live="polite">
      <Title order={2} size="h5" mb={4}>
        In effect
      </Title>
      {faults.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing is broken on purpose. Choose below what to break; everything ends by itself.
        </Text>
      ) : (
        <Stack gap="xs">
          {faults.map((fault) => (
            <FaultInEffect key={fault.id} fault={fault} mayUndo={mayUndo} />
          ))}
        </Stack>
      )}
    </Paper>
  );
}

function FaultInEffect({ fault, mayUndo }: { fault: Fault; mayUndo: boolean }) {
  const undo = useUndo();
  const { target, detail, by, since, until, undoable } = fault;
  return (
    <Group justify="space-between" gap="xs">
      <Stack gap={0}>
        <Text size="sm">
          <b>{target}</b>: {detail}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          since <Time at={since} />, by {by}
        </Text>
      </Stack>
      <Group gap="sm">
        <Text size="sm" ff="monospace">
          {until ? <Remaining until={until} /> : undoable ? 'until undone' : 'until it is back'}
        </Text>
        {undoable && mayUndo && (
          <Button
            size="compact-sm"
            color="green"
            loading={undo.isPending}
            onClick={() => undo.mutate(fault)}
            aria-label={`Undo the fault of ${target}`}
          >
            Undo
          </Button>
        )}
      </Group>
    </Group>
  );
}
