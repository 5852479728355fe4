/** Deeper causes are of no use. */
const DEEPEST_CAUSE = 5;

/** The fields of an error in a log line. */
export interface LoggedError {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: LoggedError;
  /** Of an AggregateError. */
  errors?: LoggedError[];
}

/**
 * What is logged of an error. Nothing else: libraries attach requests, statements with their parameters, addresses and whole
 * responses to their errors, which are personal data.
 */
export function loggedError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown) };
  const { name, message, stack, cause, code, errors } = thrown as Error & { code?: unknown; errors?: unknown };
  const further = depth < DEEPEST_CAUSE;
  return {
    type: name,
    message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(stack && { stack }),
    ...(cause !== undefined && further && { cause: loggedError(cause, depth + 1) }),
    ...(Array.isArray(errors) && further && { errors: errors.map((each) => loggedError(each, depth + 1)) }),
  };
}

/** A mail address; the domain's last part tells it from a package's version in a path. */
const MAIL_ADDRESS = /[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[a-z]{2,}/gi;
/** The user and password of a URL. */
const URL_CREDENTIALS = /(?<=:\/\/)[^/\s"'@:]*:[^/\s"'@]*(?=@)/g;
const BEARER_TOKEN = /(?<=\bBearer )[\w.~+/=-]+/gi;

/** A log line without the addresses and credentials that messages of errors may quote. */
export const redacted = (line: string): string =>
  line.replace(URL_CREDENTIALS, '[redacted]').replace(MAIL_ADDRESS, '[redacted]').replace(BEARER_TOKEN, '[redacted]');
