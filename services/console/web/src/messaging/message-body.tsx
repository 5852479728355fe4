import { Code, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { bytesIn, hexDump, prettyJson } from './body-views.js';

type View = 'pretty' | 'text' | 'bytes';

interface MessageBodyProps {
  body: string | null;
  encoding: 'utf-8' | 'base64';
  masked: boolean;
}

/** The body of a message is data: shown as text, never as markup. */
export function MessageBody({ body, encoding, masked }: MessageBodyProps) {
  const pretty = body !== null && encoding === 'utf-8' ? prettyJson(body) : undefined;
  const views: View[] = [
    ...(pretty ? (['pretty'] as const) : []),
    ...(encoding === 'utf-8' ? (['text'] as const) : []),
    'bytes',
  ];
  const [view, setView] = useState<View>(views[0]!);
  if (body === null) return <Text size="sm">It has no body: it deletes its key from the topic.</Text>;
  const shown = view === 'pretty' ? pretty : view === 'text' ? body : hexDump(bytesIn(body, encoding));
  return (
    <Stack gap="xs" align="stretch">
      <SegmentedControl
        size="xs"
        data={views}
        value={view}
        onChange={(value) => setView(value as View)}
        aria-label="view of the body"
        style={{ alignSelf: 'start' }}
      />
      {masked && view === 'bytes' && (
        <Text size="xs" c="dimmed">
          These are the bytes of the masked body. Reveal it to see those of the message.
        </Text>
      )}
      <Code
        block
        mah={420}
        tabIndex={0}
        role="region"
        aria-label="body"
        style={{ overflow: 'auto', whiteSpace: view === 'bytes' ? 'pre' : 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {shown || '(empty)'}
      </Code>
    </Stack>
  );
}
