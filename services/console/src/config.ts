import { brokersConfig, missingBrokers, openObjectStore } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

/** `name=url` pairs with spaces between them. */
const namedUrls = () =>
  z.string().transform((text, context): ReadonlyMap<string, string> => {
    const pairs = text
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split(/=(.*)/s, 2) as [string, string]);
    const wrong = pairs.find(([name, url]) => !name || !URL.canParse(url));
    if (wrong) context.addIssue(`'${wrong.join('=')}' is not name=url`);
    return new Map(pairs.map(([name, url]) => [name, url.replace(/\/$/, '')]));
  });

export const readConfig = () =>
  loadConfig(
    {
      ...processConfig,
      DATABASE_URL: z.url(),
      ...brokersConfig,
      /** The services' store of bodies over 256 KiB. Default: none, and these bodies are not shown. */
      OBJECT_STORE: z.url().transform(openObjectStore).optional(),
      /** Authorizes operators: `Authorization: Bearer <token>`. */
      OPERATOR_TOKEN: z.string().min(1),
      /** Authorizes readers, who may look at everything and change nothing. Default: there are none. */
      READER_TOKEN: z.string().min(1).optional(),
      /** Where the processes of the system are, as `order-api=http://127.0.0.1:3000 inventory=...`. Default: none is shown. */
      PROCESS_URLS: namedUrls().default(new Map()),
      /** Web pages of the servers, for links, as `temporal=http://127.0.0.1:8233 mail=...`. Default: none. */
      SERVER_PAGES: namedUrls().default(new Map()),
      /** Prometheus, which then records the charts' series instead of the console. Default: none. */
      PROMETHEUS_URL: z.url().optional(),
      /** Base URL of Temporal's HTTP API, which has the sagas' histories. Default: its page, which serves the API too. */
      TEMPORAL_HTTP_URL: z.url().optional(),
      /** The launcher's socket, by which it breaks things on request. Default: nothing can be broken on purpose. */
      LAUNCHER_SOCKET: z.string().optional(),
      /** How often a dead letter may be resubmitted without force. */
      MAX_RESUBMISSIONS: z.coerce.number().int().min(0).default(3),
      /** How long a resubmitted or discarded dead letter is stored. */
      RESOLVED_DEAD_LETTER_RETENTION: duration().default(90 * 24 * 3_600_000),
    },
    missingBrokers,
  );
export type Config = ReturnType<typeof readConfig>;
