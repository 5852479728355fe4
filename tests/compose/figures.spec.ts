import { processes, usedServers } from '@waybill/system';
import { compose, docker } from './compose.js';

const MB = 1_000_000;
const MIB = 1024 * 1024;
const UNITS: Record<string, number> = { B: 1, KiB: 1024, MiB: MIB, GiB: 1024 * MIB };
const SERVERS = ['nginx', ...usedServers({}).map(({ name }) => name)];

const show = (line: string) => process.stderr.write(`  ${line}\n`);

/** The output of `docker compose`: one JSON document, or one per line. */
function documents<T>(text: string): T[] {
  return text.startsWith('[') ? JSON.parse(text) : text.split('\n').map((line) => JSON.parse(line));
}

interface Usage {
  service: string;
  bytes: number;
}

async function memory(): Promise<Usage[]> {
  const containers = documents<{ ID: string; Service: string }>(await compose('ps', '--format', 'json'));
  const stats = await docker('stats', '--no-stream', '--format', 'json', ...containers.map(({ ID }) => ID));
  return documents<{ ID: string; MemUsage: string }>(stats).map(({ ID, MemUsage }) => {
    const [, amount, unit] = /^([\d.]+)(\w+)/.exec(MemUsage)!;
    const { Service } = containers.find((container) => container.ID.startsWith(ID) || ID.startsWith(container.ID))!;
    return { service: Service, bytes: Number(amount) * UNITS[unit!]! };
  });
}

const sum = (usages: readonly Usage[]) => usages.reduce((total, { bytes }) => total + bytes, 0);

it('at rest all containers use less than 3 GiB of memory, and application services less than 1 GiB', async () => {
  const all = await memory();
  const services = all.filter(({ service }) => !SERVERS.includes(service));
  for (const { service, bytes } of all) show(`${service.padEnd(20)} ${(bytes / MIB).toFixed(0).padStart(5)} MiB`);
  show(`all: ${(sum(all) / MIB).toFixed(0)} MiB, services: ${(sum(services) / MIB).toFixed(0)} MiB`);

  expect(services.length).toBe(processes.length);
  expect(sum(all)).toBeLessThan(3 * 1024 * MIB);
  expect(sum(services)).toBeLessThan(1024 * MIB);
});

it('each image that we build is smaller than 350 MB', async () => {
  const config = JSON.parse(await compose('config', '--format', 'json'));
  const built = Object.values<{ build?: object; image: string }>(config.services).filter(({ build }) => build);
  expect(built.length).toBeGreaterThanOrEqual(processes.length);
  for (const { image } of built) {
    const size = Number(await docker('image', 'inspect', '--format', '{{.Size}}', image));
    show(`${image.padEnd(34)} ${(size / MB).toFixed(0).padStart(4)} MB`);
    expect(size).toBeLessThan(350 * MB);
  }
});
