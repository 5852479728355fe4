import { DlqHarness, dlq } from './dlq.fixture.js';

const UNREACHABLE = 'http://127.0.0.1:9';

let harness: DlqHarness;
beforeEach(() => {
  harness = new DlqHarness();
});
afterEach(() => harness.stop());

describe('npm run dlq', () => {
  it.each([
    [['lsit'], 'there is no command lsit: did you mean list?'],
    [['list', '--clas', 'x'], 'there is no option --clas: did you mean --class?'],
    [['list', 'x'], "unexpected 'x'"],
    [['show'], 'the ID of a dead letter is missing'],
    [['discard', 'x'], '--reason is missing'],
    [['discard', '--source', 'x', '--yes'], '--reason is missing'],
    [['discard', 'x', '--reason', 'y', '--class', 'z'], 'cannot be combined'],
    [['resubmit', 'x', '--limit', '3'], 'cannot be combined'],
    [['stop'], 'the ID of a batch is missing'],
    [['resubmit', 'x', '--source', 'y'], 'cannot be combined'],
    [['resubmit', '--body', 'y'], '--body is for one'],
  ])('rejects %j: %s', async (args, message) => {
    const { stderr, code } = await harness.dlqAt(UNREACHABLE, ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it.each([[[]], [['--help']], [['resubmit', '--help']], [['stop', '--help']]])(
    'prints its usage for %j',
    async (args) => {
      const { stdout, code } = await dlq(...args);
      expect(stdout).toContain('npm run dlq -- ');
      expect(code).toBe(0);
    },
  );

  it('exits with 1 when the console cannot be reached', async () => {
    const { stderr, code } = await harness.dlqAt(UNREACHABLE, 'list');
    expect(stderr).toContain('could not be reached');
    expect(code).toBe(1);
  });
});
