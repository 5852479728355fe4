const LONGEST = 80;
const SUFFIX = '.fifo';

/**
 * SQS's name of a queue, which has letters, digits, `-` and `_` only: `.` becomes `_`, and `_` becomes `__`, so that no two of our
 * names become one. Throws for a name that has another character, `.` and `_` next to each other, or no room in 80 characters.
 */
export function sqsName(queue: string, { fifo }: { fifo: boolean }): string {
  if (!/^[A-Za-z0-9-]+([._][A-Za-z0-9-]+)*$/.test(queue))
    throw new Error(
      `SQS: '${queue}' cannot be a queue: use letters, digits and '-', with single '.' and '_' between them`,
    );
  const name = queue.replaceAll('_', '__').replaceAll('.', '_') + (fifo ? SUFFIX : '');
  if (name.length > LONGEST)
    throw new Error(`SQS: the queue '${queue}' would be '${name}', which is longer than ${LONGEST} characters`);
  return name;
}
