import type { ReadBody } from '@waybill/dlq';
import { type ObjectStore, redeem } from '@waybill/messaging';

/** Bytes. The console's memory is small. */
const MAX_SHOWN_BODY = 8 * 1024 * 1024;

/** Reads claim-checked bodies, as consumers do. */
export function storedBodies(store: ObjectStore | undefined): ReadBody {
  return async (reference) => {
    const { dataref } = reference;
    if (!store) throw new Error(`OBJECT_STORE is not set: ${dataref} cannot be read`);
    const bytes = await redeem(store, reference);
    if (bytes.byteLength > MAX_SHOWN_BODY)
      throw new Error(`${dataref} has ${bytes.byteLength} bytes, too large to show`);
    return bytes;
  };
}
