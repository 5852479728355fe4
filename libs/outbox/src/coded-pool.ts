import pg from 'pg';

/** SQLSTATE connection_failure. */
const CONNECTION_FAILURE = '08006';

type Callback = (error: unknown, ...results: unknown[]) => void;

/**
 * pg's pool, whose errors all have a code. pg has none for what it finds itself: a connection that ended, or did not answer
 * within `connectionTimeoutMillis` or `query_timeout`; here that is a connection failure. Pipelines statements: then pg closes a
 * connection that did not answer in time.
 */
export class CodedPool extends pg.Pool {
  constructor(options: pg.PoolConfig) {
    super({ pipeline: true, ...options, Client: CodedClient } as pg.PoolConfig);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    if (!callback) return super.connect().catch(throwCoded);
    super.connect(coding(callback) as never);
    return undefined;
  }
}

class CodedClient extends pg.Client {
  override query(...args: unknown[]): never {
    const last = args.length - 1;
    if (typeof args[last] === 'function') args[last] = coding(args[last] as Callback);
    const result: unknown = (super.query as (...args: unknown[]) => unknown)(...args);
    return (result instanceof Promise ? result.catch(throwCoded) : result) as never;
  }
}

/** Not one of the classes of errors that the server or the system reports, nor a mistake of the caller's. */
const isOfPgItself = (error: unknown): error is Error =>
  error instanceof Error && error.constructor.name === 'Error' && !('code' in error);

const coded = (error: unknown): unknown =>
  isOfPgItself(error) ? Object.assign(error, { code: CONNECTION_FAILURE }) : error;

function throwCoded(error: unknown): never {
  throw coded(error);
}

const coding =
  (callback: Callback): Callback =>
  (error, ...results) =>
    callback(coded(error), ...results);
