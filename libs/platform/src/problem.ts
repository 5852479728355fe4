/** One kind of error that a caller of the HTTP API can meet (RFC 9457). */
interface ProblemType {
  status: number;
  title: string;
}

/** Every error of the HTTP APIs; the key is the last part of the problem's `type`. */
export const problemTypes = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'The operator token is missing or wrong' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'key-in-flight': { status: 409, title: 'A request with the same Idempotency-Key is being processed' },
  'below-reserved': { status: 409, title: 'The stock would fall below what is reserved' },
  'already-decided': { status: 409, title: 'It was decided before, and nothing was changed' },
  'has-changed': { status: 409, title: 'It has changed since you looked, and nothing was changed' },
  'resubmitted-too-often': { status: 409, title: 'It comes back each time: it has to be forced' },
  'too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The request body must be application/json' },
  'unknown-sku': { status: 422, title: 'The catalogue has no such SKU' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'too-busy': { status: 429, title: 'More is waiting than is wise: try again later' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Not available now: try again later' },
} as const satisfies Record<string, ProblemType>;

export type ProblemName = keyof typeof problemTypes;

export interface FieldError {
  /** Path with dots, like `items.0.quantity`; empty for the whole body. */
  field: string;
  message: string;
}

export interface ProblemDetails {
  detail?: string;
  errors?: FieldError[];
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number;
}

/** Thrown anywhere below a controller, answered as application/problem+json. */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly kind: ProblemName,
    readonly details: ProblemDetails = {},
  ) {
    super(details.detail ?? problemTypes[kind].title);
    this.status = problemTypes[kind].status;
  }

  /** The body as RFC 9457 has it. `instance`: path of the request. */
  toJSON(instance?: string): Record<string, unknown> {
    const { detail, errors } = this.details;
    return {
      type: `urn:waybill:problem:${this.kind}`,
      title: problemTypes[this.kind].title,
      status: this.status,
      ...(detail && { detail }),
      ...(instance && { instance }),
      ...(errors && { errors }),
    };
  }
}
