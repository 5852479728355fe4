/** Stores bodies that are too large for a message. */
export interface ObjectStore {
  /** Prefix of its objects' URLs, with a slash at the end: `s3://bucket/prefix/`, `file:///var/lib/waybill/objects/`. */
  readonly url: string;
  /** Resolves when the object is durable. The same key again replaces it. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The whole object; `undefined` when there is none of that key. */
  get(key: string): Promise<Buffer | undefined>;
  /** Does nothing when there is none of that key. */
  delete(key: string): Promise<void>;
}
