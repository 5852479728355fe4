import {
  Alert,
  Button,
  Group,
  NativeSelect,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../api/index.js';
import { type FaultRequest, type MessageTarget, useInject } from './faults.data.js';

/** By their value in the form. */
const WHAT = {
  malformed: 'poison: malformed',
  business: 'poison: rejected by a business rule',
  transient: 'poison: fails again and again',
  crashing: 'poison: crashes its process',
  duplicate: 'a message, twice',
  fill: 'many messages, to fill it',
} as const;
type What = keyof typeof WHAT;

const HAPPENS: Record<What, string> = {
  malformed: 'Its body is not JSON: each consumer makes it a dead letter at once.',
  business: 'It is about something that does not exist: a dead letter at once.',
  transient: 'Its body is missing in the object store: tried again with growing pauses, then a dead letter.',
  crashing:
    'Its body is more than a process has memory for: the process crashes, three times while it handles this message and no other, and gives it up after a minute or two.',
  duplicate: 'The task of an order that has its outcome, twice with the same id. Nothing may change.',
  fill: 'Tasks of an order that has its outcome, each with an id of its own. The consumer works them off; pause it first to see the queue grow.',
};

const EVENT_AGAIN = 'The latest event of the topic once more, with its own id. Nothing may change.';

const offered = ({ poison, duplicate, fill }: MessageTarget): What[] => [
  ...poison,
  ...(duplicate ? (['duplicate'] as const) : []),
  ...(fill ? (['fill'] as const) : []),
];

/** Sends messages that fail, or more than one of a kind. */
export function MessageForm({ targets }: { targets: readonly MessageTarget[] }) {
  const inject = useInject();
  const [name, setName] = useState(targets.find(({ fill }) => fill)?.name ?? targets[0]!.name);
  const target = targets.find((one) => one.name === name) ?? targets[0]!;
  const [chosen, setWhat] = useState<What>('malformed');
  const what = offered(target).includes(chosen) ? chosen : 'malformed';
  const [type, setType] = useState('');
  const [key, setKey] = useState('');
  const [count, setCount] = useState(1_000);
  const isPoison = what !== 'duplicate' && what !== 'fill';
  const needsType = isPoison && what !== 'business';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosenType = target.types.includes(type) ? { type } : {};
    const poison = { kind: 'poison' as const, target: name, class: what as 'malformed' };
    const request: FaultRequest =
      what === 'fill'
        ? { kind: 'fill', target: name, count }
        : what === 'duplicate'
          ? { kind: 'duplicate', target: name }
          : { ...poison, ...chosenType, ...(key.trim() && target.kind === 'topic' && { key: key.trim() }) };
    inject.mutate(request);
  };
  return (
    <Paper withBorder p="sm" component="section" aria-label="Messages">
      <Title order={2} size="h5" mb={4}>
        Messages
      </Title>
      <form onSubmit={submit}>
        <Stack gap="xs">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" verticalSpacing="xs">
            <NativeSelect
              label="To"
              data={targets.map((one) => ({ value: one.name, label: `${one.name} (${one.consumers.join(', ')})` }))}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <NativeSelect
              label="Send"
              data={offered(target).map((value) => ({ value, label: WHAT[value] }))}
              value={what}
              onChange={(event) => setWhat(event.currentTarget.value as What)}
            />
            {needsType && target.types.length > 1 && (
              <NativeSelect
                label="Of type"
                data={[...target.types]}
                value={target.types.includes(type) ? type : target.types[0]}
                onChange={(event) => setType(event.currentTarget.value)}
              />
            )}
            {needsType && target.kind === 'topic' && (
              <TextInput
                label="Key"
                placeholder="one that no event has"
                maxLength={64}
                value={key}
                onChange={(event) => setKey(event.currentTarget.value)}
              />
            )}
            {what === 'fill' && (
              <NumberInput
                label="Messages"
                min={1}
                max={20_000}
                thousandSeparator
                value={count}
                onChange={(value) => setCount(Number(value) || 1)}
              />
            )}
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {what === 'duplicate' && target.kind === 'topic' ? EVENT_AGAIN : HAPPENS[what]}
            {needsType &&
              target.kind === 'topic' &&
              ' With the id of an order as its key, later events of that order wait behind it.'}
          </Text>
          {inject.isError && (
            <Alert color="red" role="alert">
              {messageOf(inject.error)}
            </Alert>
          )}
          <Group gap="sm">
            <Button type="submit" color="red" size="xs" loading={inject.isPending}>
              Send
            </Button>
            <Text size="sm" component="output" className="breaks">
              {inject.isSuccess && inject.data.detail}
            </Text>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
