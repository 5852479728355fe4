import { affected, fingerprints } from './packages.js';

const now = fingerprints();
const without = (folder: string) => new Map([...now, [folder, 'another']]);

describe('what is started again', () => {
  it('is nothing when nothing that runs has changed', () => {
    expect(affected(fingerprints(), now)).toEqual(new Set());
  });

  it('is the service that changed', () => {
    expect(affected(without('services/console'), now)).toEqual(new Set(['services/console']));
  });

  it('is every service that uses the library that changed, also by another library', () => {
    const found = affected(without('libs/outbox'), now);
    for (const folder of ['services/console', 'libs/messaging']) expect(found).toContain(folder);
    expect(found).not.toContain('libs/testing');
  });
});
