import { Fork } from './fork.fixture.js';

const MINUTES = 60_000;
/** As long as a name may be; put together, because a name that code contains is refused. */
const NAME = ['aperture', 'laboratories'].join('');

let fork: Fork;
let old: string;
beforeAll(() => {
  fork = Fork.clone();
  old = fork.name;
});
afterAll(() => fork.remove(), 2 * MINUTES);

/** Tracked files with a word in their content or path. */
function filesWith(word: string): string[] {
  const paths = fork.git('ls-files').split('\n').filter(Boolean);
  return paths.filter((path) => path.includes(word) || fork.read(path).toLowerCase().includes(word));
}

describe('npm run rename', () => {
  it(
    'refuses a name that does not fit, and changes nothing',
    async () => {
      await expect(fork.npm('rename', '--', 'my-shop')).rejects.toThrow('3 to 20 lower-case letters and digits');
      await expect(fork.npm('rename', '--', 'payment')).rejects.toThrow(/'payment' is in \d+ files already/);
      expect(fork.git('status', '--porcelain')).toBe('');
    },
    10 * MINUTES,
  );

  it(
    'leaves the old name in the change log only',
    async () => {
      await fork.npm('rename', '--', NAME);
      fork.commit('Rename the project');
      expect(filesWith(old)).toEqual(['CHANGELOG.md']);
      expect(await fork.npm('generate')).toContain('everything is up to date');
    },
    10 * MINUTES,
  );

  it(
    'passes lint and the tests that need no server',
    async () => {
      await fork.npm('lint');
      expect(await fork.npm('test:unit')).toMatch(/^[1-9]\d* passed, 0 failed$/m);
    },
    10 * MINUTES,
  );

  it(
    'starts, and an order reaches its end',
    async () => {
      await fork.npm('start', '--', '--detach');
      expect(await fork.npm('order')).toContain('CONFIRMED');
      await fork.npm('stop');
    },
    10 * MINUTES,
  );

  it(
    'with --keep-libs changes no library but contracts, and compiles',
    async () => {
      fork.git('reset', '--quiet', '--hard', 'HEAD~1');
      fork.git('clean', '--quiet', '--force', '-d');
      await fork.npm('rename', '--', NAME, '--keep-libs');
      const libs = fork.git('diff', '--name-only', '--', 'libs', ':!libs/contracts');
      expect(libs).toBe('');
      await fork.npm('lint');
    },
    10 * MINUTES,
  );

  it(
    'is undone by git alone: what was there builds again',
    async () => {
      fork.git('reset', '--quiet', '--hard');
      fork.git('clean', '--quiet', '--force', '-d');
      expect(await fork.npm('generate')).toContain('everything is up to date');
    },
    10 * MINUTES,
  );
});
