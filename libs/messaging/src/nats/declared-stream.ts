import { STREAM_NOT_FOUND } from './error-codes.js';
import type { JetStreamManager, StreamConfig } from './nats-types.js';

export type StreamSettings = Partial<StreamConfig> & { name: string };

/** Whether the stream is there. Rejects with the differences, `max_age` excepted, when there is one with other settings. */
export async function isDeclared(manager: JetStreamManager, wanted: StreamSettings): Promise<boolean> {
  const config = await configOf(manager, wanted.name);
  if (!config) return false;
  const [there, expected] = [valuesOf(config), valuesOf(wanted)];
  const differences = Object.keys(expected)
    .filter((name) => name !== 'max_age' && there[name] !== expected[name])
    .map((name) => `${name} is ${there[name]}, not ${expected[name]}`);
  if (differences.length === 0) return true;
  throw new Error(
    `NATS: the stream ${wanted.name} exists with other settings (${differences.join(', ')}); change or delete it`,
  );
}

function configOf(manager: JetStreamManager, stream: string): Promise<StreamConfig | undefined> {
  return manager.streams.info(stream).then(
    ({ config }) => config,
    (error) => {
      if (error.code === STREAM_NOT_FOUND) return undefined;
      throw error;
    },
  );
}

/** Of metadata each by its own name: the server adds some. */
const valuesOf = ({ metadata, ...settings }: Partial<StreamConfig>): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...settings, ...metadata }).map(([name, value]) => [name, String(value)]));
