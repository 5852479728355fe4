import { Alert, Button, Code, Group, Paper, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { useRef, useState } from 'react';
import { ProblemError } from '../api/index.js';
import { BodyDiff } from './body-diff.js';
import { prettyJson } from './message-bytes.js';
import { type DeadLetterDetail, useMessageSchema, useResubmit } from './queries.js';
import { ResolveProblem } from './resolve-problem.js';
import { fieldsOf } from './schema-fields.js';

/** A JSON text, checked as it is written for its form, and by the console against its schema when it is sent. */
export function EditForm({ item, close }: { item: DeadLetterDetail; close: () => void }) {
  const [text, setText] = useState(() => prettyJson(item.body) ?? item.body);
  const editor = useRef<HTMLTextAreaElement>(null);
  const resubmit = useResubmit(item);
  const syntax = syntaxErrorOf(text);
  const isChanged = (prettyJson(item.body) ?? item.body) !== (prettyJson(text) ?? text);
  const errors = fieldErrorsOf(resubmit.error);
  const send = (force = false) => resubmit.mutate({ body: text, force }, { onSuccess: close });
  return (
    <Paper withBorder p="md" mb="md" component="section" aria-labelledby="edit">
      <Title order={2} size="h4" id="edit" mb="xs">
        Edit and resubmit
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Stack gap="sm">
          <Textarea
            ref={editor}
            label="Body"
            description="Sent as it stands here. Headers, id and type stay: they say which message it is"
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              resubmit.reset();
            }}
            error={syntax}
            autosize
            minRows={8}
            maxRows={24}
            spellCheck={false}
            data-autofocus
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
          />
          {errors.length > 0 && <FieldErrors errors={errors} text={text} editor={editor.current} />}
          {resubmit.isError && errors.length === 0 && (
            <ResolveProblem item={item} error={resubmit.error} force={() => send(true)} />
          )}
          <section aria-label="what is changed">
            <Text size="sm" fw={500}>
              Changes
            </Text>
            <BodyDiff before={item.body} after={text} />
          </section>
          <Group>
            <Button type="submit" disabled={!isChanged} loading={resubmit.isPending}>
              Resubmit with these changes
            </Button>
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
          </Group>
          <SchemaTable id={item.id} />
        </Stack>
      </form>
    </Paper>
  );
}

interface FieldError {
  /** As in a request: `body.items.0.quantity`. */
  field: string;
  message: string;
}

const fieldErrorsOf = (error: unknown): FieldError[] =>
  error instanceof ProblemError ? (error.problem.errors ?? []) : [];

function syntaxErrorOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `Not JSON: ${(error as Error).message}`;
  }
}

interface FieldErrorsProps {
  errors: FieldError[];
  text: string;
  editor: HTMLTextAreaElement | null;
}

/** Each leads to its field in the text. */
function FieldErrors({ errors, text, editor }: FieldErrorsProps) {
  const root = parseTree(text);
  const rows = errors.map(({ field, message }) => {
    const path = field.split('.').slice(1);
    return { field: path.join('.'), message, ...placeOf(root, text, path) };
  });
  function select(start: number, end: number): void {
    editor?.focus();
    editor?.setSelectionRange(start, end);
  }
  return (
    <Alert color="red" role="alert" title="It was not resubmitted: the body does not match its schema">
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {rows.map(({ field, message, line, start, end }) => (
          <li key={`${field} ${message}`}>
            <Code>{field || 'body'}</Code>: {message}{' '}
            <Button size="compact-xs" variant="default" onClick={() => select(start, end)}>
              Line {line}
            </Button>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** Of the field, or of the innermost one around it that is there. */
function placeOf(root: ReturnType<typeof parseTree>, text: string, path: string[]) {
  const steps = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  for (let length = steps.length; root && length >= 0; length--) {
    const node = findNodeAtLocation(root, steps.slice(0, length));
    if (!node) continue;
    const { offset: start, length: size } = node;
    return { start, end: start + size, line: text.slice(0, start).split('\n').length };
  }
  return { start: 0, end: text.length, line: 1 };
}

function SchemaTable({ id }: { id: string }) {
  const { data } = useMessageSchema(id);
  if (!data) return null;
  if (!data.schema) return <Text size="sm">Its type is unknown to the console: any body is accepted.</Text>;
  return (
    <details>
      <summary>The schema of {data.type}</summary>
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={3} aria-label="fields of the schema">
          <Table.Tbody>
            {fieldsOf(data.schema).map(({ path, type, isRequired, description }) => (
              <Table.Tr key={path}>
                <Table.Td ff="monospace" fz="xs">
                  {path}
                </Table.Td>
                <Table.Td fz="xs">
                  {type}
                  {!isRequired && ', optional'}
                </Table.Td>
                <Table.Td fz="xs" className="breaks">
                  {description}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}
