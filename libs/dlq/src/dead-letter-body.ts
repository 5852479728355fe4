import { type BodyReference, bodyReferenceOf } from '@waybill/messaging';
import type { DeadLetterDetails } from './dead-letter.js';

/** The body behind a reference. Rejects with why it cannot be read, in words for an operator. */
export type ReadBody = (reference: BodyReference) => Promise<Buffer>;

export const noObjectStore: ReadBody = async ({ dataref }) => {
  throw new Error(`no object store is configured to read ${dataref} from`);
};

type DeadLetterBody = Pick<DeadLetterDetails, 'body' | 'bodyEncoding' | 'dataref' | 'bodyUnavailable'>;

/** The body of a message, or the one that it refers to. */
export async function deadLetterBody(
  { headers, body }: { headers: Record<string, string>; body: Buffer },
  bodyOf: ReadBody,
): Promise<DeadLetterBody> {
  const reference = bodyReferenceOf(headers);
  if (!reference) return { ...written(body), dataref: null, bodyUnavailable: null };
  const { dataref } = reference;
  try {
    return { ...written(await bodyOf(reference)), dataref, bodyUnavailable: null };
  } catch (error) {
    return { ...written(body), dataref, bodyUnavailable: (error as Error).message };
  }
}

function written(bytes: Buffer): Pick<DeadLetterBody, 'body' | 'bodyEncoding'> {
  const text = textOf(bytes);
  return text === undefined
    ? { body: bytes.toString('base64'), bodyEncoding: 'base64' }
    : { body: text, bodyEncoding: 'utf-8' };
}

/** Undefined when the bytes are no UTF-8. A byte order mark stays, so that nothing is lost. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
