import { Autocomplete, Button, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FILTERS, type FilterName, useFilterInUrl } from './filter-in-url.js';
import { useGroups } from './queries.js';

const CLASSES = ['malformed', 'business', 'transient', 'crashing'];

/** What the list shows. Choices come from the groups of waiting dead letters. */
export function Filters() {
  const { filter, status, isFiltered, setFilter } = useFilterInUrl();
  const { data } = useGroups({ limit: 100 });
  const groups = data?.items ?? [];
  const namesOf = (of: 'sources' | 'consumers') => [...new Set(groups.flatMap((group) => group[of]))].sort();
  return (
    <Stack gap="xs" mb="md" role="search" aria-label="filter dead letters">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="xs" verticalSpacing="xs">
        <NativeSelect
          label="Status"
          value={status}
          data={['waiting', 'resubmitted', 'discarded', 'all']}
          onChange={({ currentTarget: { value } }) => setFilter({ status: value === 'waiting' ? null : value })}
        />
        <NativeSelect
          label="Class"
          value={filter.class ?? ''}
          data={[{ value: '', label: 'any' }, ...CLASSES]}
          onChange={(event) => setFilter({ class: event.currentTarget.value })}
        />
        <Choice name="source" label="Queue or topic" names={namesOf('sources')} />
        <Choice name="consumer" label="Consumer" names={namesOf('consumers')} />
        <Words name="key" label="Key" />
        <Words name="type" label="Type" />
      </SimpleGrid>
      {isFiltered && (
        <Button
          variant="subtle"
          size="compact-sm"
          w="max-content"
          onClick={() => setFilter(Object.fromEntries(FILTERS.map((name) => [name, null])))}
        >
          Clear the filter
        </Button>
      )}
    </Stack>
  );
}

interface WordsProps {
  name: FilterName;
  label: string;
}

/** Applied when it is left or entered. */
function useWords(name: FilterName) {
  const { filter, setFilter } = useFilterInUrl();
  const given = (filter as Record<string, string | undefined>)[name] ?? '';
  const [edited, setEdited] = useState<string>();
  const apply = (value = edited) => {
    setEdited(undefined);
    if (value !== undefined && value.trim() !== given) setFilter({ [name]: value.trim() });
  };
  return { value: edited ?? given, edit: setEdited, apply };
}

function Words({ name, label }: WordsProps) {
  const { value, edit, apply } = useWords(name);
  return (
    <TextInput
      label={label}
      placeholder="any"
      value={value}
      onChange={(event) => edit(event.currentTarget.value)}
      onBlur={() => apply()}
      onKeyDown={({ key }) => key === 'Enter' && apply()}
    />
  );
}

function Choice({ name, label, names }: WordsProps & { names: string[] }) {
  const { value, edit, apply } = useWords(name);
  return (
    <Autocomplete
      label={label}
      placeholder="any"
      data={names}
      value={value}
      onChange={edit}
      onOptionSubmit={apply}
      onBlur={() => apply()}
      onKeyDown={({ key }) => key === 'Enter' && apply()}
    />
  );
}
