import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { BreakDialog } from './break-dialog.js';
import { type Fault, type FaultTarget, type ProcessFault, useUndo } from './faults.data.js';
import { ORDER, PROCESS_FAULTS } from './process-faults.js';
import { StateBadge } from './state-badge.js';
import classes from './target-list.module.css';

interface TargetListProps {
  title: string;
  targets: readonly FaultTarget[];
  inEffect: readonly Fault[];
  mayBreak: boolean;
}

/** Processes or servers, with buttons to break and mend each. */
export function TargetList({ title, targets, inEffect, mayBreak }: TargetListProps) {
  const [asked, setAsked] = useState<{ target: FaultTarget; kind: ProcessFault }>();
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      <ul className={classes.list}>
        {targets.map((target) => (
          <TargetRow
            key={target.name}
            target={target}
            undoable={inEffect.find((fault) => fault.target === target.name && fault.undoable)}
            ask={mayBreak ? (kind) => setAsked({ target, kind }) : undefined}
          />
        ))}
      </ul>
      {asked && <BreakDialog {...asked} close={() => setAsked(undefined)} />}
    </Paper>
  );
}

interface TargetRowProps {
  target: FaultTarget;
  undoable: Fault | undefined;
  ask: ((kind: ProcessFault) => void) | undefined;
}

function TargetRow({ target, undoable, ask }: TargetRowProps) {
  const { name, state, reason, pid } = target;
  const undo = useUndo();
  return (
    <li className={classes.row} aria-label={name}>
      <Stack gap={0} className={classes.name}>
        <Text fw={600} size="sm">
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {pid === null ? 'no process' : `process ${pid}`}
        </Text>
      </Stack>
      <Stack gap={2} className={classes.state}>
        <span>
          <StateBadge state={state} />
        </span>
        {reason && (
          <Text size="xs" c="dimmed" lineClamp={2} title={reason}>
            {reason}
          </Text>
        )}
      </Stack>
      {ask && (
        <Group gap={4} className={classes.actions}>
          {undoable && (
            <Button
              size="compact-xs"
              color="green"
              loading={undo.isPending}
              onClick={() => undo.mutate(undoable)}
              aria-label={`Mend ${name}`}
            >
              Mend
            </Button>
          )}
          {ORDER.filter((kind) => kind !== 'cut' || target.cuts.length > 0).map((kind) => (
            <Button
              key={kind}
              size="compact-xs"
              variant="default"
              disabled={!target.faults.includes(kind)}
              onClick={() => ask(kind)}
              aria-label={`${PROCESS_FAULTS[kind].label} ${name}`}
            >
              {PROCESS_FAULTS[kind].label}
            </Button>
          ))}
        </Group>
      )}
    </li>
  );
}
