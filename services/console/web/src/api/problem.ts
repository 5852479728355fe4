/** application/problem+json (RFC 9457). */
export interface Problem {
  /** Its kind, after a base: `urn:waybill:problem:has-changed`. */
  type?: string;
  title: string;
  /** 0: there was no response. */
  status: number;
  detail?: string;
  errors?: { field: string; message: string }[];
  traceId?: string;
}

/** A response that is no success, or none at all. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

export async function problemFrom(response: Response): Promise<Problem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (isProblem) return (await response.json()) as Problem;
  return { title: `The console answered ${response.status}`, status: response.status };
}

/** What a person is told about an error. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return error instanceof Error ? error.message : String(error);
  const { title, detail, errors = [] } = error.problem;
  const fields = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  return [title, detail, ...fields].filter(Boolean).join('; ');
}
