import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from './object-store.js';

const CONNECT_WITHIN = 3_000;
const REPLY_WITHIN = 10_000;

export interface S3ObjectStoreOptions {
  bucket: string;
  /** Before every key, without a slash at its end. Default none. */
  prefix?: string;
  /** Of a server other than Amazon's; then the bucket is part of the path. */
  endpoint?: string;
  /** Default: as the AWS SDK finds it (`AWS_REGION`), else `us-east-1`. */
  region?: string;
}

/**
 * Objects in a bucket of S3, or of a server that speaks its protocol. The bucket must be there; credentials are those that
 * the AWS SDK finds: environment, files, the role of the machine. A server that does not reply is an unavailable dependency.
 */
export class S3ObjectStore implements ObjectStore {
  readonly url: string;
  private readonly prefix: string;
  private opened: Promise<{ client: S3Client; sdk: typeof import('@aws-sdk/client-s3') }> | undefined;

  constructor(private readonly options: S3ObjectStoreOptions) {
    this.prefix = options.prefix ? `${options.prefix}/` : '';
    this.url = `s3://${options.bucket}/${this.prefix}`;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const { client, sdk } = await this.open();
    await replied(client.send(new sdk.PutObjectCommand({ ...this.at(key), Body: bytes })));
  }

  async get(key: string): Promise<Buffer | undefined> {
    const { client, sdk } = await this.open();
    const read = async () => {
      const { Body } = await client.send(new sdk.GetObjectCommand(this.at(key)));
      return Buffer.from(await Body!.transformToByteArray());
    };
    try {
      return await replied(read());
    } catch (error) {
      if (error instanceof sdk.NoSuchKey) return undefined;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    const { client, sdk } = await this.open();
    await replied(client.send(new sdk.DeleteObjectCommand(this.at(key))));
  }

  async close(): Promise<void> {
    (await this.opened)?.client.destroy();
  }

  private at(key: string) {
    return { Bucket: this.options.bucket, Key: this.prefix + key };
  }

  /** The SDK is large: loaded only for the first large body. */
  private open() {
    this.opened ??= import('@aws-sdk/client-s3').then((sdk) => ({ client: this.clientOf(sdk), sdk }));
    return this.opened;
  }

  private clientOf({ S3Client }: typeof import('@aws-sdk/client-s3')): S3Client {
    const { endpoint, region = process.env.AWS_REGION ?? 'us-east-1' } = this.options;
    return new S3Client({
      region,
      ...(endpoint && { endpoint, forcePathStyle: true }),
      // Whoever redeems a claim compares the digest in the message; a server may replace an object and its checksum separately.
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_WITHIN, requestTimeout: REPLY_WITHIN, throwOnRequestTimeout: true },
    });
  }
}

/** After the SDK's own retries: a server that does not reply, or replies 5xx or 429, is unavailable. */
async function replied<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string };
    const status = $metadata?.httpStatusCode;
    const noReply = $metadata && status === undefined && name !== 'CredentialsProviderError';
    if (!noReply && status !== 429 && !(status && status >= 500)) throw error;
    throw Object.assign(new Error('the object store does not reply', { cause: error }), { code: 'ECONNABORTED' });
  }
}
