import { attributeOf } from '../contract/index.js';

/** Where the body of a message lies that was too large for a broker (claim check), as CloudEvents has it. */
export interface BodyReference {
  /** URL of the body. */
  dataref: string;
  /** Digest of its bytes as in RFC 9530; empty when the sender gave none. */
  datadigest: string;
}

/** Undefined when the body is in the message. */
export function bodyReferenceOf(headers: Record<string, string>): BodyReference | undefined {
  const dataref = attributeOf(headers, 'dataref');
  return dataref ? { dataref, datadigest: attributeOf(headers, 'datadigest') ?? '' } : undefined;
}

const REFERENCE = /^(ce_|cloudEvents:)data(ref|digest)$/;

/** Headers of a message that carries its body itself. */
export function withoutBodyReference(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !REFERENCE.test(name)));
}
