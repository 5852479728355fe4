import './schema.css';
import { Anchor, Box, Code, Text } from '@mantine/core';
import { Link } from 'react-router';
import { nameOf, type Schema } from './document-types.js';

/** Levels that are shown at most: a document may be of anybody. */
const DEEPEST = 12;

/** A JSON Schema as a nested list: what each property is, and what it may be. */
export function SchemaView({ schema, depth = 0 }: { schema: Schema; depth?: number }) {
  const nested = depth < DEEPEST ? partsOf(schema) : [];
  return (
    <Box>
      <TypeOf schema={schema} />
      {schema.description && (
        <Text size="xs" c="dimmed">
          {schema.description}
        </Text>
      )}
      {nested.length > 0 && (
        <Box component="ul" className="schema">
          {nested.map(({ label, isRequired, part }) => (
            <li key={label}>
              <Text span size="sm" ff="monospace">
                {label}
              </Text>
              {isRequired && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  required
                </Text>
              )}
              <SchemaView schema={part} depth={depth + 1} />
            </li>
          ))}
        </Box>
      )}
    </Box>
  );
}

interface Part {
  label: string;
  isRequired?: boolean;
  part: Schema;
}

function partsOf({ properties = {}, required = [], items, additionalProperties, oneOf, anyOf, allOf }: Schema): Part[] {
  const alternatives = [...(oneOf ?? []), ...(anyOf ?? []), ...(allOf ?? [])];
  return [
    ...Object.entries(properties).map(([label, part]) => ({ label, part, isRequired: required.includes(label) })),
    ...(items ? [{ label: 'each item', part: items }] : []),
    ...(typeof additionalProperties === 'object' && Object.keys(additionalProperties).length
      ? [{ label: 'any other property', part: additionalProperties }]
      : []),
    ...alternatives.map((part, index) => ({ label: `${allOf ? 'and' : 'or'} ${index + 1}`, part })),
  ];
}

/** The type in one line, with what bounds it. */
function TypeOf({ schema }: { schema: Schema }) {
  const { $ref, type, format, enum: values } = schema;
  if ($ref) {
    const name = nameOf($ref);
    return (
      <Anchor component={Link} to={`?at=${encodeURIComponent(name)}`} size="sm">
        {name}
      </Anchor>
    );
  }
  const bounds = boundsOf(schema);
  return (
    <Text span size="sm" c="dimmed" className="breaks">
      {[type].flat().filter(Boolean).join(' or ') || (values ? 'one of' : '')}
      {format && ` (${format})`}
      {values && (
        <>
          {' '}
          <Code>{values.map((value) => JSON.stringify(value)).join(' | ')}</Code>
        </>
      )}
      {bounds && ` ${bounds}`}
    </Text>
  );
}

function boundsOf({
  const: constant,
  pattern,
  minimum,
  maximum,
  minLength,
  maxLength,
  default: standard,
  format,
}: Schema): string {
  return [
    constant !== undefined && `always ${JSON.stringify(constant)}`,
    minimum !== undefined && `from ${minimum}`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `to ${maximum}`,
    minLength !== undefined && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    pattern && !format && `like ${pattern}`,
    standard !== undefined && `default ${JSON.stringify(standard)}`,
  ]
    .filter(Boolean)
    .join(', ');
}
