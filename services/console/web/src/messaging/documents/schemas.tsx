import { Accordion } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { Section } from '../section.js';
import type { Schema } from './document-types.js';
import { SchemaView } from './schema-view.js';

/** The schemas that a document names. The one in the address is open and in sight: links to schemas lead there. */
export function Schemas({ schemas = {} }: { schemas: Readonly<Record<string, Schema>> | undefined }) {
  const [search] = useSearchParams();
  const at = search.get('at');
  const [open, setOpen] = useState<string[]>([]);
  useEffect(() => {
    if (!at) return;
    setOpen((before) => [...new Set([...before, at])]);
    document.getElementById(idOf(at))?.scrollIntoView();
  }, [at]);
  const names = Object.keys(schemas).sort();
  if (names.length === 0) return null;
  return (
    <Section title="Schemas">
      <Accordion
        multiple
        variant="contained"
        chevronPosition="left"
        keepMounted={false}
        value={open}
        onChange={setOpen}
      >
        {names.map((name) => (
          <Accordion.Item key={name} value={name} id={idOf(name)}>
            <Accordion.Control>{name}</Accordion.Control>
            <Accordion.Panel>
              <SchemaView schema={schemas[name]!} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Section>
  );
}

const idOf = (name: string): string => `schema-${name}`;
