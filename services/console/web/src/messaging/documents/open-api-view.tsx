import { Accordion, Badge, Group, Stack, Text } from '@mantine/core';
import { Section } from '../section.js';
import type { HttpOperation, OpenApi, Parameter, Schema } from './document-types.js';
import { SchemaView } from './schema-view.js';
import { Schemas } from './schemas.js';

export function OpenApiView({ document }: { document: OpenApi }) {
  return (
    <>
      <Section title="Operations">
        <Operations paths={document.paths} />
      </Section>
      {document.webhooks && (
        <Section title="Webhooks" about="What the process itself sends, to URLs that its clients name.">
          <Operations paths={document.webhooks} />
        </Section>
      )}
      <Schemas schemas={document.components?.schemas} />
    </>
  );
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function Operations({ paths }: { paths: OpenApi['paths'] }) {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method]! })),
  );
  return (
    <Accordion multiple variant="contained" chevronPosition="left" keepMounted={false}>
      {operations.map(({ path, method, operation }) => (
        <Accordion.Item key={`${method} ${path}`} value={`${method} ${path}`}>
          <Accordion.Control>
            <Group gap="xs">
              <Badge variant="light" color={method === 'get' ? 'blue' : 'grape'} w={64}>
                {method}
              </Badge>
              <Text size="sm" ff="monospace" className="breaks">
                {path}
              </Text>
            </Group>
            <Text size="sm" c="dimmed">
              {operation.summary}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            <OperationDetails operation={operation} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function OperationDetails({ operation }: { operation: HttpOperation }) {
  const { description, parameters = [], requestBody, responses = {} } = operation;
  return (
    <Stack gap="md">
      {description && <Text size="sm">{description}</Text>}
      {parameters.length > 0 && <Part title="Parameters">{parameters.map(ParameterLine)}</Part>}
      {requestBody && (
        <Part title={requestBody.required ? 'Request body, required' : 'Request body'}>
          <Contents content={requestBody.content} />
        </Part>
      )}
      <Part title="Responses">
        {Object.entries(responses).map(([status, { description: meaning, content }]) => (
          <div key={status}>
            <Text size="sm">
              <b>{status}</b> {meaning}
            </Text>
            <Contents content={content} />
          </div>
        ))}
      </Part>
    </Stack>
  );
}

const Part = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Stack gap={6}>
    <Text size="sm" fw={600}>
      {title}
    </Text>
    {children}
  </Stack>
);

const ParameterLine = ({ name, in: place, required, description, schema }: Parameter) => (
  <div key={`${place} ${name}`}>
    <Text size="sm">
      <Text span ff="monospace" inherit>
        {name}
      </Text>{' '}
      in {place}
      {required && ', required'}
      {description && `: ${description}`}
    </Text>
    {schema && <SchemaView schema={schema} />}
  </div>
);

function Contents({ content = {} }: { content: Readonly<Record<string, { schema?: Schema }>> | undefined }) {
  return Object.entries(content).map(([type, { schema }]) => (
    <div key={type}>
      <Text size="xs" c="dimmed">
        {type}
      </Text>
      {schema && <SchemaView schema={schema} />}
    </div>
  ));
}
