import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../run.js';
import { bringTemporal } from './temporal.js';

const { PATH } = process.env;
let folder: string;
let server: Server;
let archive: Buffer;
let lines: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temporal-'));
  writeFileSync(join(folder, 'temporal'), '#!/bin/sh\necho downloaded\n', { mode: 0o755 });
  await run('tar', ['-czf', join(folder, 'temporal.tar.gz'), '-C', folder, 'temporal']);
  archive = readFileSync(join(folder, 'temporal.tar.gz'));
  server = createServer((request, response) => {
    response.statusCode = request.url!.startsWith('/there/') ? 200 : 404;
    response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lines = [];
});
afterEach(() => {
  process.env.PATH = PATH;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const anyArchive = (sha256: string) => new Proxy<Record<string, string>>({}, { get: () => sha256 });
const checksum = () => createHash('sha256').update(archive).digest('hex');

function bring(path: string, sha256 = checksum()): Promise<string> {
  const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
  const output = { line: (text: string) => void lines.push(text) };
  return bringTemporal(output, { from, checksums: anyArchive(sha256), into: join(folder, 'cache'), goIn: [] });
}

/** A Go that builds something else. */
function installGo(): void {
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin', 'go'),
    '#!/bin/sh\nprintf "#!/bin/sh\\necho built\\n" > "$GOBIN/temporal"\nchmod +x "$GOBIN/temporal"\n',
    {
      mode: 0o755,
    },
  );
  process.env.PATH = `${join(folder, 'bin')}:${PATH}`;
}

describe('Temporal', () => {
  it('is downloaded when it has the checksum, once', async () => {
    const temporal = await bring('there');
    expect(await run(temporal, [])).toBe('downloaded\n');
    expect(await bring('gone')).toBe(temporal);
  });

  it.each([
    ['is not there', 'gone', undefined, /404/],
    ['is another file', 'there', 'f'.repeat(64), /checksum/],
  ])('is built by Go when the download %s, which is said', async (_, path, sha256, reason) => {
    installGo();
    expect(await run(await bring(path, sha256), [])).toBe('built\n');
    expect(lines).toContainEqual(expect.stringMatching(reason));
  });

  it('that cannot be brought leaves nothing, and says how to get it', async () => {
    process.env.PATH = '/nowhere';
    await expect(bring('gone')).rejects.toThrow('Ways to get it');
    expect(existsSync(join(folder, 'cache', 'temporal-v1.5.1'))).toBe(false);
  });
});
