import type { ReadBody } from '@waybill/dlq';
import { type ObjectStore, redeemed } from '@waybill/messaging';

/** Bytes of a body that are shown at most: this process is small. */
const LARGEST = 8 * 1024 * 1024;

/** Bodies of claim checks, as consumers take them. */
export function bodiesIn(store: ObjectStore | undefined): ReadBody {
  return async (reference) => {
    const { dataref } = reference;
    if (!store) throw new Error(`OBJECT_STORE is not set: there is nothing to take ${dataref} from`);
    const bytes = await redeemed(store, reference);
    if (bytes.byteLength > LARGEST)
      throw new Error(`${dataref} is of ${bytes.byteLength} bytes, too large to be shown`);
    return bytes;
  };
}
