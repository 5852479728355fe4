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
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed' },
  'key-in-flight': { status: 409, title: 'A request with the same Idempotency-Key is being processed' },
  'already-resolved': { status: 409, title: 'It is already resolved; nothing was changed' },
  'has-changed': { status: 409, title: 'It has changed in the meantime; nothing was changed' },
  'resubmitted-too-often': { status: 409, title: 'It was resubmitted too often: force it' },
  'too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The request body must be application/json' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'too-busy': { status: 429, title: 'Overloaded: try again later' },
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

  /** The response body of RFC 9457. `instance`: the path of the request. */
  toJSON(instance?: string): Record<string, unknown> {
    const { detail, errors } = this.details;
    return {
      type: Problem.typeBase + this.type.name,
      title: this.type.title,
      status: this.status,
      ...(detail && { detail }),
      ...(instance && { instance }),
      ...(errors && { errors }),
    };
  }
}
