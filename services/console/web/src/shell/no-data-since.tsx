import { Alert } from '@mantine/core';
import { messageOf } from '../api/index.js';
import { Time } from './time.js';

/** Above data that could not be read again, and why not. `at` in ms since 1970. The page asks again by itself. */
export function NoDataSince({ at, error }: { at: number; error?: unknown }) {
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
      {(error ? messageOf(error) : 'The console does not respond').replace(/\.?$/, '.')} The page asks again by itself.
    </Alert>
  );
}
