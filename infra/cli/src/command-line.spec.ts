import { z } from 'zod';
import { helpOf, parseCommandLine, UsageError } from './command-line.js';

const commandLine = {
  command: 'npm run try',
  about: 'Tries something.',
  options: {
    count: { value: 'N', help: 'how many', schema: z.coerce.number('must be a number').default(1) },
    color: { value: 'NAME', help: 'in which colors', schema: z.array(z.string()).optional(), repeats: true },
    loud: { help: 'raise the volume', schema: z.boolean().default(false) },
  },
};
const parse = (...args: string[]) => parseCommandLine(args, commandLine);

describe('a command line', () => {
  it.each([
    [[], { count: 1, loud: false }],
    [['--count', '3', '--loud'], { count: 3, loud: true }],
    [['--count=3'], { count: 3, loud: false }],
    [['--count', '3', '--count', '4'], { count: 4, loud: false }],
    [['--color', 'red', '--color=blue'], { count: 1, loud: false, color: ['red', 'blue'] }],
    [['--color', 'red'], { count: 1, loud: false, color: ['red'] }],
    [['--help'], undefined],
    [['-h', '--count', '3'], undefined],
  ])('parses %j as %j', (args, values) => {
    expect(parse(...args)).toEqual(values);
  });

  it.each([
    [['--cuont', '3'], 'there is no option --cuont: did you mean --count?'],
    [['--nonsense'], 'there is no option --nonsense'],
    [['--count'], '--count needs a value: --count N'],
    [['--count', '--loud'], '--count needs a value: --count N'],
    [['--count', 'x'], '--count: must be a number'],
    [['--loud=yes'], '--loud takes no value'],
    [['count'], "unexpected 'count': options begin with --"],
  ])('%j is rejected: %s', (args, message) => {
    expect(() => parse(...args)).toThrow(new UsageError(message));
  });

  it('lists every option in its help', () => {
    expect(helpOf(commandLine)).toBe(
      [
        'npm run try [-- options]',
        '',
        'Tries something.',
        '',
        '  --count N     how many',
        '  --color NAME  in which colors',
        '  --loud        raise the volume',
        '  --help        print this text',
      ].join('\n'),
    );
  });
});
