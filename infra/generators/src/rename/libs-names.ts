import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The application's messages: a fork has its own. All other libraries can stay as they are. */
const OWN = ['contracts'];

export const keptLibs = (root: string): string[] =>
  globSync('libs/*/package.json', { cwd: root })
    .map((path) => path.split('/')[1]!)
    .filter((lib) => !OWN.includes(lib))
    .sort();

/**
 * For `--keep-libs`, a pattern for what the libraries have named: wherever it is used it keeps the name, because the
 * libraries do. Their tables, headers and metrics could be named by options, yet then each service would have to set them.
 */
export function namesOfLibs(root: string, name: string): string {
  const libs = keptLibs(root);
  const sources = libs.flatMap((lib) => globSync(`libs/${lib}/{src,sql}/**/*.{ts,sql}`, { cwd: root }));
  const tables = ['migrations', ...wordsOf(sources, root, /:schema\.(\w+)/g)];
  const settings = wordsOf(sources, root, new RegExp(`\\b${name.toUpperCase()}_(\\w+)`, 'g'));
  return [
    `@${name}\\\\?/(?:${libs.join('|')})(?![\\w-])`,
    `\\b${name}\\\\?\\.(?:${tables.join('|')}|ReleaseParked)\\b`,
    `\\b${name}_(?:${METRICS.join('|')})`,
    `[xX]-${name}-(?!${HEADERS_OF_SERVICES.join('|')})`,
    `\\burn:${name}:`,
    `(?<=['"\`])/${name}/`, // the source of events
    `\\b${name.toUpperCase()}_(?:${settings.join('|')})\\b`,
  ].join('|');
}

/** What the libraries' metrics begin with; the alerts' tests notice one that is missing here. */
const METRICS = [
  'consumer_lag',
  'consumer_paused',
  'dead_letter',
  'http_request',
  'idempotency',
  'kafka_parked',
  'message',
  'outbox',
  'replies_dropped',
  'retries_waiting',
];
/** Of mails; all other headers are the libraries'. */
const HEADERS_OF_SERVICES = ['order-id', 'mail-type'];

function wordsOf(paths: readonly string[], root: string, pattern: RegExp): string[] {
  const found = paths.flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(pattern)]);
  return [...new Set(found.map(([, word]) => word!))].sort();
}

/** Whether a renaming that keeps the libraries leaves this file alone. */
export const isOfLibs = (path: string, libs: readonly string[]): boolean =>
  libs.includes(/^libs\/([^/]+)\//.exec(path)?.[1] ?? '');
