import { Text, Tooltip } from '@mantine/core';

const inZone = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A moment in the reader's time zone; UTC on hover and focus. */
export function Time({ at }: { at: string | number | Date }) {
  const date = new Date(at);
  return (
    <Tooltip
      label={date.toISOString().replace('T', ' ').replace('Z', ' UTC')}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Text component="time" inherit dateTime={date.toISOString()} tabIndex={0}>
        {inZone.format(date)}
      </Text>
    </Tooltip>
  );
}
