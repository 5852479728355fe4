import { Button } from '@mantine/core';

export function TryAgain({ onClick }: { onClick: () => void }) {
  return (
    <Button size="xs" variant="default" mt="xs" display="block" onClick={onClick}>
      Try again
    </Button>
  );
}
