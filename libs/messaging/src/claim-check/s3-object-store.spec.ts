import { startS3 } from '@waybill/testing';
import { isDependencyUnavailable } from '../outcomes/index.js';
import { storesObjects } from './object-store.fixture.js';
import { openObjectStore } from './open-object-store.js';
import { S3ObjectStore } from './s3-object-store.js';

/** As a deployment gives them. */
function useCredentials({ accessKey, secretKey }: { accessKey: string; secretKey: string }): void {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey });
}

storesObjects('a bucket', {
  knowsWhenAway: true,
  async open() {
    const server = await startS3();
    useCredentials(server);
    const { bucket, endpoint } = server;
    const stores = ['one', 'another'].map(() => new S3ObjectStore({ bucket, prefix: 'bodies', endpoint }));
    return {
      store: stores[0]!,
      another: stores[1]!,
      async away() {
        await server.crash();
        return server.restart;
      },
      async close() {
        await Promise.all(stores.map((store) => store.close()));
        await server.stop();
      },
    };
  },
});

describe('a bucket', () => {
  it('that does not reply is an unavailable dependency', async () => {
    const server = await startS3();
    useCredentials(server);
    const store = new S3ObjectStore({ bucket: server.bucket, endpoint: server.endpoint });
    await server.crash();
    const error = await store.get('anything').catch((thrown) => thrown);
    expect(isDependencyUnavailable(error)).toBe(true);
    await store.close();
    await server.stop();
  });

  it('that does not exist is a configuration error, not a missing object', async () => {
    const server = await startS3();
    useCredentials(server);
    const store = new S3ObjectStore({ bucket: 'nowhere', endpoint: server.endpoint });
    const error = await store.get('anything').catch((thrown) => thrown);
    expect(error.name).toBe('NoSuchBucket');
    expect(isDependencyUnavailable(error)).toBe(false);
    await store.close();
    await server.stop();
  });
});

describe('the URL of an object store', () => {
  it.each([
    ['file:///var/lib/waybill/objects', 'file:///var/lib/waybill/objects/'],
    ['s3://bucket', 's3://bucket/'],
    ['s3://bucket/a/prefix/', 's3://bucket/a/prefix/'],
    ['s3://bucket/prefix?endpoint=http://127.0.0.1:7070', 's3://bucket/prefix/'],
  ])('%s opens it', (url, opened) => {
    expect(openObjectStore(url).url).toBe(opened);
  });

  it('that is neither a folder nor a bucket is rejected', () => {
    expect(() => openObjectStore('https://example.com/')).toThrow('not at https://');
  });
});
