import { Alert } from '@mantine/core';
import { messageOf } from '../api/index.js';
import { Time } from '../shell/index.js';

/** Above data that could not be read again. `at` in ms since 1970. */
export function NoDataSince({ at, error }: { at: number; error: unknown }) {
  return (
    <Alert
      color="orange"
      role="alert"
      mb="sm"
      title={
        <>
          No data since <Time at={at} />
        </>
      }
    >
      {messageOf(error)}
    </Alert>
  );
}
