import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileObjectStore } from './file-object-store.js';
import { storesObjects } from './object-store.fixture.js';

storesObjects('a folder', {
  knowsWhenAway: false,
  async open() {
    const home = mkdtempSync(join(tmpdir(), 'waybill-objects-'));
    const folder = join(home, 'objects');
    return {
      store: new FileObjectStore(folder),
      another: new FileObjectStore(`${folder}/`),
      async away() {
        renameSync(folder, join(home, 'unmounted'));
        return async () => renameSync(join(home, 'unmounted'), folder);
      },
      close: async () => rmSync(home, { recursive: true }),
    };
  },
});

it('a partly written file of a process that died is no object, and is removed with its object', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-objects-'));
  const store = new FileObjectStore(folder);
  writeFileSync(join(folder, 'half.part'), 'half of i');
  expect(await store.get('half')).toBeUndefined();
  await store.delete('half');
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
