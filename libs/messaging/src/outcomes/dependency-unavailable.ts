const AWAY_CODES =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ESOCKET|EDNS|57P0|08|53300|UND_ERR)/;
const AWAY_WORDS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Connection lost/;
/** gRPC's UNAVAILABLE. */
const UNAVAILABLE = 14;
const DEEPEST_CAUSE = 5;

/**
 * Whether an error says that something the handler needs can't be reached: connection refused or lost (POSIX codes),
 * PostgreSQL shutting down or full (SQLSTATE 57P0x, 08xxx, 53300), Temporal UNAVAILABLE, SMTP connect. Then the message
 * is not to blame. What an error says counts, not its class: one of Node's own is no `Error` of Jest's context.
 */
export function isDependencyUnavailable(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof current === 'object' && current !== null; depth++) {
    const { code, message, cause } = current as { code?: unknown; message?: unknown; cause?: unknown };
    if (code === UNAVAILABLE || (typeof code === 'string' && AWAY_CODES.test(code))) return true;
    if (typeof message === 'string' && AWAY_WORDS.test(message)) return true;
    current = cause;
  }
  return false;
}

/** Whether a transaction lost against another one (serialization failure, deadlock) and can simply be done again. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string })?.code ?? '');
}
