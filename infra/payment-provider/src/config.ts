import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000 } as const;

/** A duration written as `250ms`, `3s` or `1m`; read as milliseconds. */
const duration = z.string().transform((text, context) => {
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(text.trim()) ?? [];
  if (number && unit) return Number(number) * UNITS[unit as keyof typeof UNITS];
  context.addIssue(`'${text}' is not a duration like 250ms or 3s`);
  return z.NEVER;
});

const Config = z.object({
  HOST: z.string().default('127.0.0.1'),
  /** 0 takes a free one; the log names it (`listening on`). */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3005),
  /** Folder of the ledger, created if missing. Only one process at a time may use it. */
  DATA_DIR: z.string().min(1),
  /** How long `tok_slow` takes. */
  SLOW_AFTER: duration.default(3_000),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The process's configuration. Throws an error that names every variable that is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv): z.output<typeof Config> {
  const parsed = Config.safeParse(env);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return `${name}: ${env[name] === undefined ? 'is missing' : message}`;
  });
  throw new Error(complaints.join('\n'));
}
