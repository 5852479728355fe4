import { Accordion, Badge, Group, Stack, Text } from '@mantine/core';
import { Section } from '../section.js';
import { type AsyncApi, type AsyncMessage, type Channel, nameOf, type Schema } from './document-types.js';
import { SchemaView } from './schema-view.js';
import { Schemas } from './schemas.js';

export function AsyncApiView({ document }: { document: AsyncApi }) {
  const { channels = {}, components, operations = {} } = document;
  const used = new Set(Object.values(operations).map(({ channel }) => nameOf(channel.$ref)));
  const names = Object.keys(channels);
  return (
    <>
      <Section title="Channels" about="Topics and queues, with what the system sends to them and receives from them.">
        <Channels document={document} names={names.filter((name) => used.has(name))} />
      </Section>
      <Section title="Supporting channels" about="Replies, retries and dead letters of the others.">
        <Channels document={document} names={names.filter((name) => !used.has(name))} />
      </Section>
      <Schemas schemas={components?.schemas} />
    </>
  );
}

function Channels({ document, names }: { document: AsyncApi; names: readonly string[] }) {
  return (
    <Accordion multiple variant="contained" chevronPosition="left" keepMounted={false}>
      {names.map((name) => (
        <ChannelItem key={name} name={name} channel={document.channels![name]!} document={document} />
      ))}
    </Accordion>
  );
}

interface ChannelItemProps {
  name: string;
  channel: Channel;
  document: AsyncApi;
}

function ChannelItem({ name, channel, document }: ChannelItemProps) {
  return (
    <Accordion.Item value={name}>
      <Accordion.Control>
        <Group gap="xs">
          <Text size="sm" ff="monospace" className="breaks">
            {channel.address ?? name}
          </Text>
          <Actions document={document} channel={name} />
        </Group>
        <Text size="sm" c="dimmed">
          {channel.title ?? channel.description}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>
        <Messages channel={channel} document={document} />
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** Whether the system sends to the channel, receives from it, or both. */
function Actions({ document, channel }: { document: AsyncApi; channel: string }) {
  const operations = Object.values(document.operations ?? {}).filter((one) => nameOf(one.channel.$ref) === channel);
  return [...new Set(operations.map(({ action }) => action))].map((action) => (
    <Badge key={action} variant="light" color={action === 'send' ? 'grape' : 'blue'}>
      {action}
    </Badge>
  ));
}

function Messages({ channel, document }: { channel: Channel; document: AsyncApi }) {
  const known = document.components?.messages ?? {};
  const names = Object.entries(channel.messages ?? {}).map(([name, { $ref }]) => ($ref ? nameOf($ref) : name));
  return (
    <Stack gap="lg">
      {channel.title && channel.description && <Text size="sm">{channel.description}</Text>}
      {names.map((name) => (
        <MessageDetails key={name} name={name} message={known[name] ?? {}} />
      ))}
    </Stack>
  );
}

function MessageDetails({ name, message }: { name: string; message: AsyncMessage }) {
  const { title, summary, description, payload, headers } = message;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {message.name ?? title ?? name}
      </Text>
      {(summary ?? description) && <Text size="sm">{summary ?? description}</Text>}
      {payload && <Labelled label="body" schema={'schema' in payload ? payload.schema : (payload as Schema)} />}
      {headers && <Labelled label="headers" schema={headers} />}
    </Stack>
  );
}

const Labelled = ({ label, schema }: { label: string; schema: Schema }) => (
  <div>
    <Text size="xs" c="dimmed">
      {label}
    </Text>
    <SchemaView schema={schema} />
  </div>
);
