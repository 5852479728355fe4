import { type BodyReference, bodyReferenceOf } from '@waybill/messaging';
import type { DeadLetterDetails } from './dead-letter.js';

/** Reads the body behind a reference. Rejects with a message for an operator. */
export type ReadBody = (reference: BodyReference) => Promise<Buffer>;

export const noObjectStore: ReadBody = async ({ dataref }) => {
  throw new Error(`no object store is configured to read ${dataref} from`);
};

type DeadLetterBody = Pick<DeadLetterDetails, 'body' | 'bodyEncoding' | 'dataref' | 'bodyUnavailable'>;

/** The body of a message, or the stored body that it refers to. */
export async function deadLetterBody(
  { headers, body }: { headers: Record<string, string>; body: Buffer },
  readBody: ReadBody,
): Promise<DeadLetterBody> {
  const reference = bodyReferenceOf(headers);
  if (!reference) return { ...encoded(body), dataref: null, bodyUnavailable: null };
  const { dataref } = reference;
  try {
    return { ...encoded(await readBody(reference)), dataref, bodyUnavailable: null };
  } catch (error) {
    return { ...encoded(body), dataref, bodyUnavailable: (error as Error).message };
  }
}

function encoded(bytes: Buffer): Pick<DeadLetterBody, 'body' | 'bodyEncoding'> {
  const text = textOf(bytes);
  return text === undefined
    ? { body: bytes.toString('base64'), bodyEncoding: 'base64' }
    : { body: text, bodyEncoding: 'utf-8' };
}

/** Undefined when the bytes are not UTF-8. Keeps a byte order mark, so that the text encodes to the same bytes. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
