import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'sealed/';

/**
 * Encrypts a text for those who have the key, such as an argument of a workflow, which Temporal stores and shows. `context`
 * is what it belongs to: it opens with the same one only. The key is a long random text.
 */
export function seal(text: string, key: string, context: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, bytesOf(key), iv).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return PREFIX + sealed.toString('base64url');
}

/** Throws when it was sealed with another key or context, or was changed. */
export function open(sealed: string, key: string, context: string): string {
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
  const [iv, text, tag] = [
    bytes.subarray(0, IV_BYTES),
    bytes.subarray(IV_BYTES, -TAG_BYTES),
    bytes.subarray(-TAG_BYTES),
  ];
  const decipher = createDecipheriv(ALGORITHM, bytesOf(key), iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
}

export const isSealed = (text: string): boolean => text.startsWith(PREFIX);

const bytesOf = (key: string): Buffer => createHash('sha256').update(key).digest();
