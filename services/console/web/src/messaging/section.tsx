import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface SectionProps {
  title: string;
  /** Stands beside the title. */
  actions?: ReactNode;
  /** What it is about, in a sentence. */
  about?: ReactNode;
  children: ReactNode;
}

export function Section({ title, actions, about, children }: SectionProps) {
  return (
    <Stack component="section" gap="xs" mb="xl" aria-label={title}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      {children}
    </Stack>
  );
}
