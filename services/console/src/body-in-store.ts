import { createHash } from 'node:crypto';
import type { ReadBody } from '@waybill/dlq';
import type { ObjectStore } from '@waybill/messaging';
import { isId } from './http/dead-letter.requests.js';

/** Bytes of a body that are shown at most: this process is small. */
const LARGEST = 8 * 1024 * 1024;

/** Bodies of claim checks, as consumers take them: out of our store only, and only the bytes that were sent. */
export function bodiesIn(store: ObjectStore | undefined): ReadBody {
  return async ({ dataref, datadigest }) => {
    if (!store) throw new Error(`OBJECT_STORE is not set: there is nothing to take ${dataref} from`);
    const key = dataref.startsWith(store.url) ? dataref.slice(store.url.length) : '';
    if (!isId(key)) throw new Error(`${dataref} is not in our object store, and nothing is taken from elsewhere`);
    const bytes = await store.get(key);
    if (!bytes) throw new Error(`${dataref} is no longer in the object store`);
    if (digestOf(bytes) !== datadigest) throw new Error(`${dataref} holds other bytes than were sent`);
    if (bytes.byteLength > LARGEST)
      throw new Error(`${dataref} is of ${bytes.byteLength} bytes, too large to be shown`);
    return bytes;
  };
}

/** As in RFC 9530. */
const digestOf = (bytes: Uint8Array): string => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
