import type { ObjectStore } from './object-store.js';

/** A store as the suite needs it. */
export interface StoreUnderTest {
  open(): Promise<{
    store: ObjectStore;
    /** A second one on the same objects: another process. */
    another: ObjectStore;
    /** Makes the store unavailable; resolves with a function that restores it. */
    away(): Promise<() => Promise<void>>;
    close(): Promise<void>;
  }>;
  /** Whether an unavailable store differs from a missing object; for a missing folder it does not. */
  knowsWhenAway: boolean;
}

const MINUTES = 60_000;

/** The contract of every object store. */
export function storesObjects(name: string, { open, knowsWhenAway }: StoreUnderTest): void {
  describe(`objects in ${name}`, () => {
    let opened: Awaited<ReturnType<StoreUnderTest['open']>>;
    let key: string;
    beforeAll(async () => {
      opened = await open();
    }, 10 * MINUTES);
    beforeEach(() => {
      key = crypto.randomUUID();
    });
    afterAll(() => opened.close());

    const bytes = (size: number) => Buffer.alloc(size, 'Malmö\0\xff');

    it.each([0, 1, 256 * 1_024 + 1, 8 * 1_024 * 1_024])('are returned byte for byte: %d bytes', async (size) => {
      await opened.store.put(key, bytes(size));
      expect((await opened.store.get(key))?.equals(bytes(size))).toBe(true);
    });

    it('are seen by every process as soon as they are put', async () => {
      await opened.store.put(key, bytes(10));
      expect((await opened.another.get(key))?.equals(bytes(10))).toBe(true);
    });

    it('are replaced as a whole, and never seen in part', async () => {
      await opened.store.put(key, Buffer.alloc(1_000_000, 'a'));
      const seen = new Set<string>();
      let done = false;
      const looking = (async () => {
        while (!done) {
          const found = await opened.another.get(key);
          seen.add(`${found?.length} ${new Set(found).size}`);
        }
      })();
      for (const byte of ['b', 'c', 'd', 'e']) await opened.store.put(key, Buffer.alloc(1_000_000, byte));
      done = true;
      await looking;
      expect([...seen]).toEqual(['1000000 1']);
    });

    it('are not there before they are put and after they are deleted', async () => {
      expect(await opened.store.get(key)).toBeUndefined();
      await opened.store.put(key, bytes(10));
      await opened.store.delete(key);
      expect(await opened.store.get(key)).toBeUndefined();
    });

    it('can be deleted again, or without ever having been there', async () => {
      await opened.store.put(key, bytes(10));
      await opened.store.delete(key);
      await opened.store.delete(key);
      await opened.store.delete(crypto.randomUUID());
    });

    it('do not collide, whatever their keys are', async () => {
      await opened.store.put('../a', bytes(1));
      await opened.store.put('a', bytes(2));
      expect([(await opened.store.get('../a'))?.length, (await opened.store.get('a'))?.length]).toEqual([1, 2]);
    });

    it('are under the URL of their store, which ends with a slash', () => {
      expect(opened.store.url).toMatch(/^(s3|file):\/\/.*\/$/);
      expect(opened.another.url).toBe(opened.store.url);
    });

    it('are readable again after the store was unavailable', async () => {
      await opened.store.put(key, bytes(10));
      const comeBack = await opened.away();
      if (knowsWhenAway) await expect(opened.store.get(key)).rejects.toThrow();
      await comeBack();
      expect((await opened.store.get(key))?.equals(bytes(10))).toBe(true);
    });
  });
}
