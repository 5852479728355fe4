import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** In place of content: what is the matter, and what to do about it. */
export function Message({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Center mih="40vh">
      <Stack align="center" gap="xs" maw={520} ta="center">
        <Title order={2} size="h3">
          {title}
        </Title>
        <Text component="div" c="dimmed">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}
