import { Alert, Button } from '@mantine/core';
import { messageOf } from '../api/index.js';

/** An error of a request, where its answer would be. */
export function ProblemAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" title="This could not be loaded" role="alert">
      {messageOf(error)}
      {retry && (
        <Button size="xs" variant="default" mt="xs" display="block" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
