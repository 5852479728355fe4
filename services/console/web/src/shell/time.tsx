import { formatTime, formatTimeInUtc } from './format.js';
import { hint } from './hints.js';

/** A moment in the reader's time zone; UTC on hover and focus. */
export function Time({ at }: { at: string | number | Date }) {
  return (
    <time dateTime={new Date(at).toISOString()} {...hint(formatTimeInUtc(at))}>
      {formatTime(at)}
    </time>
  );
}
