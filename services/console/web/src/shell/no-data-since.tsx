import { Alert } from '@mantine/core';
import { Time } from './time.js';
import { TryAgain } from './try-again.js';

interface NoDataSinceProps {
  /** In ms since 1970. */
  at: number;
  /** Why it could not be read again. */
  reason: string;
  /** Default: the page tries again by itself. */
  retry?: () => void;
}

/** Above old data. */
export function NoDataSince({ at, reason, retry }: NoDataSinceProps) {
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
      {reason}
      {retry && <TryAgain onClick={retry} />}
    </Alert>
  );
}
