import { Button, Code, CopyButton, Group, ScrollArea, Text } from '@mantine/core';
import { useState } from 'react';
import { sizeOf } from './message-bytes.js';

/** Characters shown at first. A page of megabytes is slow. */
const SHOWN = 20_000;

/** Text as it is, never markup, with a button to copy all of it. */
export function LongText({ text, label }: { text: string; label: string }) {
  const [shown, setShown] = useState(SHOWN);
  const isCut = text.length > shown;
  return (
    <>
      <ScrollArea.Autosize mah={480} type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}>
        <Code block style={{ whiteSpace: 'pre', minWidth: 'max-content' }}>
          {text.slice(0, shown)}
        </Code>
      </ScrollArea.Autosize>
      <Group gap="xs" mt={6}>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        {isCut && (
          <>
            <Text size="xs">
              The first {sizeOf(shown)} of {sizeOf(text.length)}
            </Text>
            <Button size="compact-xs" variant="default" onClick={() => setShown(shown * 10)}>
              Show more
            </Button>
          </>
        )}
      </Group>
    </>
  );
}
