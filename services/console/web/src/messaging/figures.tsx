import { Text } from '@mantine/core';
import { formatDuration, formatNumber, Time } from '../shell/index.js';

interface FigureProps {
  value: number | null;
  unit?: string;
  /** When it was known last, where that is known. */
  seenAt?: string | null;
}

/** A figure that may be unknown, which is not 0. */
export function Figure({ value, unit = '', seenAt }: FigureProps) {
  if (value === null)
    return (
      <Text span inherit c="dimmed">
        no data
        {seenAt && (
          <>
            {' '}
            since <Time at={seenAt} />
          </>
        )}
      </Text>
    );
  return (
    <Text span inherit style={{ whiteSpace: 'nowrap' }}>
      {formatNumber(value)}
      {unit}
    </Text>
  );
}

/** Of messages, measured over the last seconds. */
export const Rate = ({ value }: { value: number | null }) => <Figure value={value} unit=" /s" />;

/** The age of the oldest message; nothing where none waits. */
export function Age({ seconds, messages }: { seconds: number | null; messages: number | null }) {
  if (messages === 0) return null;
  if (seconds === null) return <Figure value={null} />;
  return (
    <Text span inherit style={{ whiteSpace: 'nowrap' }}>
      {formatDuration(seconds * 1_000)}
    </Text>
  );
}

/** The largest of figures; null when one of them is unknown. */
export function largestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length && known.length > 0 ? Math.max(...known) : null;
}

/** What there is of figures together; null when one of them is unknown. */
export function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}
