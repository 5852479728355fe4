const UNAVAILABLE_CODES =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ESOCKET|EDNS|57P0|08|53300|UND_ERR)/;
const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Connection lost/;
/** gRPC's UNAVAILABLE. */
const GRPC_UNAVAILABLE = 14;
const DEEPEST_CAUSE = 5;

/**
 * Whether an error means that a dependency of the handler is unavailable: connection refused or lost (POSIX codes),
 * PostgreSQL shutting down or full (SQLSTATE 57P0x, 08xxx, 53300), Temporal UNAVAILABLE, SMTP connect. Then the message
 * is not to blame. Looks at an error's code and message, not its class: an error of Node's own is no `Error` of Jest's context.
 */
export function isDependencyUnavailable(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof current === 'object' && current !== null; depth++) {
    const { code, message, cause } = current as { code?: unknown; message?: unknown; cause?: unknown };
    if (code === GRPC_UNAVAILABLE || (typeof code === 'string' && UNAVAILABLE_CODES.test(code))) return true;
    if (typeof message === 'string' && UNAVAILABLE_MESSAGES.test(message)) return true;
    current = cause;
  }
  return false;
}

/** Whether a transaction lost against another one (serialization failure, deadlock) and can be retried immediately. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string })?.code ?? '');
}
