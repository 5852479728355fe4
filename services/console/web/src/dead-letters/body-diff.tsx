import { Box, Code, ScrollArea, Text } from '@mantine/core';
import { diffLines } from 'diff';
import { prettyJson } from './message-bytes.js';

const SIGN = { added: '+', removed: '-', same: ' ' };
const COLOUR = {
  added: 'var(--mantine-color-green-light)',
  removed: 'var(--mantine-color-red-light)',
  same: undefined,
};

/** What an edit changes, line by line. JSON is compared in one form, so that spaces make no difference. */
export function BodyDiff({ before, after }: { before: string; after: string }) {
  const [old, now] = [prettyJson(before) ?? before, prettyJson(after) ?? after];
  if (old === now) return <Text size="sm">Nothing is changed.</Text>;
  const lines = diffLines(old, now).flatMap(({ added, removed, value }) => {
    const kind = added ? 'added' : removed ? 'removed' : 'same';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ kind, text }) as const);
  });
  return (
    <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'changes' }}>
      <Code block style={{ whiteSpace: 'pre', minWidth: 'max-content' }}>
        {lines.map(({ kind, text }, line) => (
          <Box key={line} component={TAG[kind]} display="block" td="none" bg={COLOUR[kind]}>
            {SIGN[kind]} {text}
          </Box>
        ))}
      </Code>
    </ScrollArea.Autosize>
  );
}

/** Screen readers tell what was inserted and deleted. */
const TAG = { added: 'ins', removed: 'del', same: 'span' } as const;
