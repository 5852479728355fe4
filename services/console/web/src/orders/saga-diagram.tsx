import { Group, Paper, Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconCircle, IconCircleMinus, IconLoader, IconX } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { Order, TraceEntry } from './queries.js';
import { type SagaStep, STEPS, type StepState, statesOf } from './saga-steps.js';

const ICONS: Record<StepState, typeof IconCheck> = {
  done: IconCheck,
  current: IconLoader,
  'to come': IconCircle,
  failed: IconX,
  undone: IconArrowBackUp,
  'not reached': IconCircleMinus,
};

/** The steps of the order with the one it is in, and what was undone. */
export function SagaDiagram({ order, entries }: { order: Order; entries: readonly TraceEntry[] }) {
  const { isChoreographed, attempt } = order;
  const states = statesOf(order, entries);
  return (
    <Paper withBorder p="md" component="section" aria-label="saga">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {isChoreographed ? 'Choreography' : 'Saga'}
          {attempt > 1 && `, attempt ${attempt}`}
        </Title>
        <Text size="sm" c="dimmed">
          {isChoreographed
            ? 'Each service reacts to events; nobody is in charge'
            : 'order-processor runs it in Temporal'}
        </Text>
      </Group>
      <ol className="order-saga">
        {STEPS.map((step, n) => (
          <Step key={step.title} step={step} state={states[n]!} isChoreographed={isChoreographed} />
        ))}
      </ol>
    </Paper>
  );
}

function Step({ step, state, isChoreographed }: { step: SagaStep; state: StepState; isChoreographed: boolean }) {
  const { title, service, orchestrated, choreographed, undo } = step;
  const Icon = ICONS[state];
  return (
    <li className="order-step" data-state={state} {...(state === 'current' && { 'aria-current': 'step' })}>
      <Group gap={6} wrap="nowrap">
        <Icon size={16} aria-hidden />
        <Text size="sm" fw={600}>
          {state === 'undone' ? undo!.title : title}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {service}, {state}
      </Text>
      <Text size="xs" c="dimmed">
        <Breakable text={isChoreographed ? choreographed : orchestrated} />
      </Text>
    </li>
  );
}

/** Lines may end before the capitals of a name such as `ShipmentDispatched`. */
function Breakable({ text }: { text: string }) {
  const [first, ...rest] = text.split(/(?<=[a-z])(?=[A-Z])/);
  return (
    <>
      {first}
      {rest.map((part, n) => (
        <Fragment key={n}>
          <wbr />
          {part}
        </Fragment>
      ))}
    </>
  );
}
