import { Accordion, Badge, Group, Stack, Text } from '@mantine/core';
import { countOf, Time } from '../shell/index.js';
import { MessageBody } from './message-body.js';
import { MessageHeaders } from './message-headers.js';
import type { TopicMessage } from './queries.js';

/** One line; its headers and body when it is expanded. */
export function MessageItem({ message }: { message: TopicMessage }) {
  const { partition, offset, type, key, time, bytes, bodyEncoding, body, masked, headers } = message;
  return (
    <Accordion.Item value={`${partition}/${offset}`}>
      <Accordion.Control>
        <Group gap="xs" justify="space-between">
          <Text size="sm" fw={500} className="breaks">
            {type ?? 'no type'}
          </Text>
          <Group gap="xs">
            {bodyEncoding === 'base64' && <Note color="orange">not text</Note>}
            {body === null && <Note color="gray">deletion</Note>}
            {masked && <Note color="gray">masked</Note>}
            <Text size="sm" c="dimmed" component="time" dateTime={time}>
              {new Date(time).toLocaleTimeString()}
            </Text>
          </Group>
        </Group>
        <Text size="xs" c="dimmed" className="breaks">
          {key ?? 'no key'}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="sm">
          <Text size="sm">
            Written <Time at={time} />, partition {partition}, offset {offset}, {countOf(bytes, 'byte')}
          </Text>
          <MessageHeaders headers={headers} />
          <MessageBody body={body} encoding={bodyEncoding} masked={masked} />
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

const Note = ({ color, children }: { color: string; children: string }) => (
  <Badge color={color} variant="light" tt="none">
    {children}
  </Badge>
);
