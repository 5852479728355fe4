import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../settings.js';
import { System } from '../system.js';
import { offerFaults } from './index.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'offer-faults-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const output = { line() {} };
function offer(env: Record<string, string>) {
  const settings = readSettings({ WAYBILL_HOME: home, ...env });
  return offerFaults(settings, new System(settings, output, { servers: [], processes: [] }), output);
}

describe('the launcher', () => {
  it('opens its socket below WAYBILL_HOME until it stops', async () => {
    const { socket, close } = await offer({});
    expect(socket).toBe(join(home, 'launcher.sock'));
    expect(existsSync(socket!)).toBe(true);
    await close();
    expect(existsSync(socket!)).toBe(false);
  });

  it('opens none with FAULTS=off', async () => {
    const { socket } = await offer({ FAULTS: 'off' });
    expect([socket, existsSync(join(home, 'launcher.sock'))]).toEqual([undefined, false]);
  });

  it('does not guess what another value means', async () => {
    await expect(offer({ FAULTS: 'no' })).rejects.toThrow('FAULTS=no: on (the default) or off');
  });
});
