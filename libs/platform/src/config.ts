import { z } from 'zod';

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `250ms`, `60s`, `5m`, `24h` or `7d`, in milliseconds. */
export const duration = () =>
  z.string().transform((text, context) => {
    const [, number, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
    if (number && unit) return Number(number) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
    context.addIssue(`'${text}' is not a duration like 250ms, 60s, 5m or 24h`);
    return z.NEVER;
  });

const port = () => z.coerce.number().int().min(0).max(65_535);

/** Settings of every process. */
export const processConfig = {
  HOST: z.string().default('127.0.0.1'),
  /** 0 takes a free one; the log names it. */
  PORT: port(),
  /** What the `type` of every problem+json begins with. Default `urn:waybill:problem:`. */
  PROBLEM_TYPE_BASE: z.string().optional(),
  /**
   * How long a process that is stopped reports that it is not ready before it refuses connections: the time in which load
   * balancers notice. Part of the 10 s within which it exits. Default 1 s.
   */
  DRAIN_DELAY: duration().default(1_000),
  /** Base URL of an OTLP/HTTP receiver, such as `http://127.0.0.1:4318`, to which traces go. Default: none are recorded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** Share of the traces that are recorded, 0 to 1. Default 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

export type ProcessConfig = z.output<z.ZodObject<typeof processConfig>>;

/** What is missing or wrong beside what the shape says, by the name of the setting. */
export type ConfigRule<Config> = (config: Config) => Readonly<Record<string, string>>;

/**
 * Reads the process's configuration from its environment, where an empty setting is none. Prints what is missing or invalid and exits
 * with 1.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  rule: ConfigRule<z.output<z.ZodObject<Shape>>> = () => ({}),
): z.output<z.ZodObject<Shape>> {
  const given = Object.entries(process.env).filter(([, value]) => value !== '');
  const { data, error } = z.object(shape).safeParse(Object.fromEntries(given));
  const mistakes = data ? rule(data) : mistakesIn(error!);
  if (data && Object.keys(mistakes).length === 0) return data;
  for (const [name, message] of Object.entries(mistakes)) console.error(`${name}: ${message}`);
  process.exit(1);
}

const mistakesIn = ({ issues }: z.ZodError): Record<string, string> =>
  Object.fromEntries(
    issues.map(({ path, message }) => {
      const name = path.join('.');
      return [name, process.env[name] ? message : 'is missing'];
    }),
  );
