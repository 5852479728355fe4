/** One kind of error in the responses of an HTTP API (RFC 9457). */
export interface ProblemType {
  /** The last part of `type`. */
  name: string;
  status: number;
  title: string;
}

/** Errors that any API may have; a service adds its own by throwing a `Problem` of another type. */
export const problemTypes = {
  'malformed-request': { status: 400, title: 'The request is malformed' },
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'The operator token is missing or wrong' },
  forbidden: { status: 403, title: 'This is not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'key-in-flight': { status: 409, title: 'A request with the same Idempotency-Key is being processed' },
  'already-resolved': { status: 409, title: 'It is already resolved; nothing was changed' },
  'has-changed': { status: 409, title: 'It has changed in the meantime; nothing was changed' },
  'without-destination': { status: 409, title: 'It does not say where it should have gone: discard it' },
  'resubmitted-too-often': { status: 409, title: 'It was resubmitted too often: force it' },
  'too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The request body must be application/json' },
  'expectation-failed': { status: 417, title: 'The expectation in Expect is not supported' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'too-busy': { status: 429, title: 'Overloaded: try again later' },
  'headers-too-large': { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable: try again later' },
} as const satisfies Record<string, Omit<ProblemType, 'name'>>;

export type ProblemName = keyof typeof problemTypes;

export interface FieldError {
  /** Path with dots, such as `items.0.quantity`; empty for the whole body. */
  field: string;
  message: string;
}

export interface ProblemDetails {
  detail?: string;
  errors?: FieldError[];
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** Sent as `Allow`. */
  allow?: string[];
}

export interface ProblemContext {
  /** The path of the request. */
  instance?: string | undefined;
  /** The trace that the request's log lines and spans belong to. */
  traceId?: string | undefined;
}

/** Thrown anywhere below a controller; the response is application/problem+json. */
export class Problem extends Error {
  /** What every `type` begins with; the setting `PROBLEM_TYPE_BASE`. */
  static typeBase = 'urn:waybill:problem:';

  private readonly type: ProblemType;

  constructor(
    type: ProblemName | ProblemType,
    readonly details: ProblemDetails = {},
  ) {
    const known = typeof type === 'string' ? { name: type, ...problemTypes[type] } : type;
    super(details.detail ?? known.title);
    this.type = known;
  }

  get status(): number {
    return this.type.status;
  }

  /** What the response says in its headers. */
  headers(): Record<string, string> {
    const { retryAfterSeconds, allow } = this.details;
    return {
      ...(retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }),
      ...(allow && { allow: allow.join(', ') }),
      ...(this.status === 401 && { 'www-authenticate': 'Bearer' }),
    };
  }

  /** The response body of RFC 9457. */
  toJSON({ instance, traceId }: ProblemContext = {}): Record<string, unknown> {
    const { detail, errors } = this.details;
    return {
      type: Problem.typeBase + this.type.name,
      title: this.type.title,
      status: this.status,
      ...(detail && { detail }),
      ...(instance && { instance }),
      ...(errors && { errors }),
      ...(traceId && { traceId }),
    };
  }
}
