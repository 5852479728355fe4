import { Alert, Table, Tabs, Text } from '@mantine/core';
import { LongText } from './long-text.js';
import { bytesOf, hexOf, prettyJson, sizeOf } from './message-bytes.js';
import type { DeadLetterDetail } from './queries.js';

/** Bytes shown in hexadecimal: enough to see what is wrong. */
const HEX_SHOWN = 64 * 1_024;

/** The message as it was sent: body in three forms, headers, and where it failed. All of it is shown as text. */
export function MessageView({ item }: { item: DeadLetterDetail }) {
  const { body, bodyEncoding, headers, stack, dataref, bodyUnavailable } = item;
  const bytes = bytesOf(item);
  const pretty = bodyEncoding === 'utf-8' ? prettyJson(body) : undefined;
  const first = pretty === undefined ? (bodyEncoding === 'utf-8' ? 'text' : 'bytes') : 'pretty';
  return (
    <>
      {bodyUnavailable && (
        <Alert color="orange" mb="sm" title="The stored body could not be read">
          {bodyUnavailable}
        </Alert>
      )}
      <Tabs defaultValue={first} keepMounted={false}>
        <Tabs.List aria-label="forms of the message" mb="sm">
          {pretty !== undefined && (
            <Tabs.Tab px="xs" value="pretty">
              JSON
            </Tabs.Tab>
          )}
          {bodyEncoding === 'utf-8' && (
            <Tabs.Tab px="xs" value="text">
              Text
            </Tabs.Tab>
          )}
          <Tabs.Tab px="xs" value="bytes">
            Bytes
          </Tabs.Tab>
          <Tabs.Tab px="xs" value="headers">
            Headers
          </Tabs.Tab>
          <Tabs.Tab px="xs" value="stack">
            Stack
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="pretty">
          <LongText text={pretty ?? ''} label="body as JSON" />
        </Tabs.Panel>
        <Tabs.Panel value="text">
          <LongText text={body} label="body as text" />
        </Tabs.Panel>
        <Tabs.Panel value="bytes">
          <LongText text={hexOf(bytes.subarray(0, HEX_SHOWN))} label="body in hexadecimal" />
        </Tabs.Panel>
        <Tabs.Panel value="headers">
          <Headers headers={headers} />
        </Tabs.Panel>
        <Tabs.Panel value="stack">
          {stack ? <LongText text={stack} label="stack" /> : <Text size="sm">Its consumer gave no stack.</Text>}
        </Tabs.Panel>
      </Tabs>
      <Text size="xs" c="dimmed" mt={6}>
        {sizeOf(bytes.length)}
        {bodyEncoding === 'base64' && ', not UTF-8 text'}
        {bytes.length > HEX_SHOWN && `; in hexadecimal the first ${sizeOf(HEX_SHOWN)}`}
        {dataref && `, from the object store: ${dataref}`}
      </Text>
    </>
  );
}

function Headers({ headers }: Pick<DeadLetterDetail, 'headers'>) {
  return (
    <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={4} aria-label="headers">
        <Table.Tbody>
          {Object.entries(headers)
            .sort()
            .map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th className="breaks" w="35%">
                  {name}
                </Table.Th>
                <Table.Td className="breaks" ff="monospace" fz="xs">
                  {value}
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
