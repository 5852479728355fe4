import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './settings.js';

interface Finding {
  name: string;
  state: 'found' | 'brought' | 'missing';
  detail: string;
  seconds?: number;
}
interface Doctor {
  examine(options: { root: string; cache: string; env: Record<string, string> }): Finding[];
  summaryOf(findings: Finding[]): string;
}
const { examine, summaryOf } = (await import(join(root, 'infra', 'local', 'doctor.mjs'))) as Doctor;

const { PATH } = process.env;
let folder: string;
let bin: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  bin = join(folder, 'bin');
  mkdirSync(bin);
  mkdirSync(join(folder, 'infra', 'local'), { recursive: true });
  writeFileSync(join(folder, '.node-version'), '24.0.0');
  const tools = { postgres: { oldest: 15 }, rabbitmq: {}, java: { oldest: 17 }, kafka: {}, temporal: {} };
  writeFileSync(join(folder, 'infra', 'local', 'toolchain.json'), JSON.stringify(tools));
  process.env.PATH = bin;
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** A program whose `--version` prints this, and exits with this code. */
function install(name: string, version: string, code = 0): void {
  writeFileSync(join(bin, name), `#!/bin/sh\necho "${version}"\nexit ${code}\n`);
  chmodSync(join(bin, name), 0o755);
}

const findings = (env: Record<string, string> = {}) => examine({ root: folder, cache: join(folder, 'cache'), env });
const stateOf = (name: string, env?: Record<string, string>) =>
  findings(env).find((each) => each.name.startsWith(name))!;

describe('npm run doctor, on a machine with nothing', () => {
  it('says what is missing, with the command that brings it', () => {
    install('brew', '4');
    expect(stateOf('RabbitMQ')).toMatchObject({ state: 'missing', detail: 'brew install rabbitmq' });
    expect(summaryOf(findings())).toContain('Missing: RabbitMQ 3.10 or newer (brew install rabbitmq)');
  });

  it('says what will be brought, and how long that takes', () => {
    install('apt-get', '2');
    install('sudo', '1');
    install('go', 'go1.25');
    expect(stateOf('PostgreSQL')).toMatchObject({ state: 'brought', detail: 'from npm' });
    expect(stateOf('Temporal')).toMatchObject({ state: 'brought', seconds: 20 });
    expect(summaryOf(findings())).toMatch(
      /^npm start will bring .*Temporal \(.*Go in 4 minutes\).*: about \d+ minutes\.$/,
    );
  });

  it('takes servers of the user for what they are', () => {
    expect(stateOf('RabbitMQ', { RABBITMQ_URL: 'amqp://host' })).toMatchObject({ state: 'found' });
    expect(stateOf('Kafka', { KAFKA_BROKERS: 'host:9092' })).toMatchObject({ state: 'found' });
  });
});

describe('a program that is there', () => {
  it.each([
    ['new enough', 'openjdk 21.0.2 2024-01-16', 0, 'found'],
    ['too old', 'openjdk 11.0.1 2018-10-16', 0, 'missing'],
    ['only a hint at where to get one, as on macOS', 'Unable to locate a Java Runtime 99', 1, 'missing'],
  ])('is used if it is %s', (what, version, code, state) => {
    install('java', version, code);
    expect([what, stateOf('Java').state]).toEqual([what, state]);
  });
});
