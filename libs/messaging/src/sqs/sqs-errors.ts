/** What the AWS SDK throws: without a status when there was no reply. */
interface SdkError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Of one message in a batch. */
export interface Failed {
  Id?: string | undefined;
  Code?: string | undefined;
  Message?: string | undefined;
}

export const isMissing = (error: unknown): boolean => /QueueDoesNotExist|NonExistentQueue/.test((error as Error).name);

/** Of a server that knows these credentials: whoever may use some queues only is denied the others. */
export const isDenied = (error: unknown): boolean => /^AccessDenied/.test((error as Error).name);

/** SQS's codes for a message that it can never accept. */
export const isUnacceptable = (code = ''): boolean =>
  /^(InvalidMessageContents|InvalidParameterValue|InvalidAttributeValue|MessageTooLong)$/.test(code);

/** The same failure as that of an unavailable dependency, when it is one: no reply, 5xx or 429; undefined when it is not. */
export function unavailable(error: unknown, isLate: boolean): Error | undefined {
  const { $metadata, name, code } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const noReply = isLate || ($metadata !== undefined && status === undefined && name !== 'CredentialsProviderError');
  if (!noReply && status !== 429 && !(status && status >= 500)) return undefined;
  return Object.assign(new Error('SQS does not reply', { cause: error }), { code: code ?? 'ECONNABORTED' });
}

/** The errors of a batch in the order of its entries, whose ids are their places. */
export function errorsIn(entries: readonly unknown[], failed: readonly Failed[] = []): (Error | undefined)[] {
  const byId = new Map(failed.map((failure) => [failure.Id, failure]));
  return entries.map((_, n) => {
    const failure = byId.get(`${n}`);
    return failure && Object.assign(new Error(`SQS: ${failure.Message ?? failure.Code}`), { name: failure.Code ?? '' });
  });
}
