import { Alert } from '@mantine/core';
import { messageOf } from '../api/index.js';
import { TryAgain } from './try-again.js';

/** An error of a request, where its answer would be. */
export function ProblemAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" title="This could not be loaded" role="alert">
      {messageOf(error)}
      {retry && <TryAgain onClick={retry} />}
    </Alert>
  );
}
