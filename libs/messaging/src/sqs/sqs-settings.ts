import type { Logger } from '@waybill/outbox';
import type { Credentials } from './sqs-types.js';

export interface SqsOptions {
  /** Default: as the AWS SDK finds it (`AWS_REGION`, profile). */
  region?: string | undefined;
  /** URL of a server other than Amazon's. */
  endpoint?: string | undefined;
  /** Default: as the AWS SDK finds them (environment, files, the role of the machine). */
  credentials?: Credentials | undefined;
  /** FIFO queues: messages of a key in order, and what is sent twice within 5 minutes is stored once. Default false: standard queues. */
  fifo?: boolean | undefined;
  /** Seconds until a message whose process died is delivered again. It is extended while a handler works. Default 30, at least 2. */
  visibilityTimeout?: number | undefined;
  /** Seconds that a request for messages waits for one. Default 20, which is also the most. */
  waitTime?: number | undefined;
}

export interface SqsSettings extends SqsOptions {
  /** What the client is for, in logs. */
  name: string;
  logger: Logger;
  /** How long a request waits for its reply, in ms, its repetitions included. Default 8,000. */
  requestTimeout?: number;
  /** How long sending without confirms waits for a server that is unavailable, in ms. Default 5,000. */
  connectTimeout?: number;
  /** How long closing waits for a server that does not reply, in ms. Default 2,000. */
  closeTimeout?: number;
}

export const DEFAULTS = {
  fifo: false,
  visibilityTimeout: 30,
  waitTime: 20,
  requestTimeout: 8_000,
  connectTimeout: 5_000,
  closeTimeout: 2_000,
};

/** With the defaults, and checked. */
export type CheckedSettings = SqsSettings & Required<Pick<SqsSettings, keyof typeof DEFAULTS>>;

/** Throws when a value is none that SQS takes. */
export function checked(settings: CheckedSettings): CheckedSettings {
  const { endpoint, visibilityTimeout, waitTime } = settings;
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new Error(`SQS: the endpoint '${endpoint}' is no URL like http://127.0.0.1:9324; leave it out for Amazon's`);
  if (!isWithin(visibilityTimeout, 2, 43_200))
    throw new Error(`SQS: a visibility timeout of ${visibilityTimeout} is not between 2 and 43,200 seconds`);
  if (!isWithin(waitTime, 0, 20)) throw new Error(`SQS: a wait time of ${waitTime} is not between 0 and 20 seconds`);
  return settings;
}

const isWithin = (seconds: number, least: number, most: number) =>
  Number.isInteger(seconds) && seconds >= least && seconds <= most;
