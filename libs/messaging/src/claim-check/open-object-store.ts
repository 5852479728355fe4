import { fileURLToPath } from 'node:url';
import { FileObjectStore } from './file-object-store.js';
import type { ObjectStore } from './object-store.js';
import { S3ObjectStore } from './s3-object-store.js';

/**
 * The store at a URL: `file:///var/lib/waybill/objects`, `s3://bucket/prefix` or, of another server than Amazon's,
 * `s3://bucket/prefix?endpoint=http://127.0.0.1:7070`. Throws when it is neither.
 */
export function openObjectStore(url: string): ObjectStore {
  const { protocol, hostname: bucket, pathname, searchParams } = new URL(url);
  if (protocol === 'file:') return new FileObjectStore(fileURLToPath(url));
  if (protocol !== 's3:') throw new Error(`an object store is at file:// or s3://, not at ${protocol}//`);
  const prefix = pathname.replace(/^\/|\/$/g, '');
  const [endpoint, region] = [searchParams.get('endpoint'), searchParams.get('region')];
  return new S3ObjectStore({ bucket, prefix, ...(endpoint && { endpoint }), ...(region && { region }) });
}
