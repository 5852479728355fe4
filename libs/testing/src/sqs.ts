import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { end, findOnPath, freePort } from './program.js';
import { until } from './until.js';

export interface RunningSqs {
  /** `http://host:port` */
  endpoint: string;
  region: string;
  /** Where its data are. */
  folder: string;
  /** Of its process, another one after a restart. */
  readonly pid: number;
  /** Kills it; its data stay. */
  crash(): Promise<void>;
  /** Restarts it after a crash, at the same address; resolves when it has its queues again. */
  restart(): Promise<void>;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}

const VERSION = '1.7.1';
const REGION = 'us-east-1';
/** Without UTF-8 as its charset it keeps other bytes than it was sent. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8'];

/**
 * A real server of SQS's protocol that keeps its messages: ElasticMQ, a process of its own on a free port with a folder of its
 * own. Any credentials will do. Maven fetches it once; without Java 17 or Maven this rejects with how to get them.
 */
export async function startSqs(): Promise<RunningSqs> {
  const java = findOnPath('java');
  if (!java) throw new Error(`Java is missing: ${BY_HAND}`);
  const jars = await elasticMq();
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'sqs-'));
  const config = join(home, 'elasticmq.conf');
  writeFileSync(config, configOf(port, home));
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = [...JVM, `-Dconfig.file=${config}`, '-cp', join(jars, '*'), 'org.elasticmq.server.Main'];
  let server: ChildProcess;
  let queues: string[] = [];
  process.once('exit', () => server?.kill('SIGKILL'));

  const restart = async () => {
    server = spawn(java, settings, { stdio: 'ignore' });
    await until('the SQS server has its queues', async () => {
      if (server.exitCode !== null) throw new Error(`ElasticMQ exited with ${server.exitCode}`);
      const restored = new Set(await queuesAt(endpoint));
      return queues.every((queue) => restored.has(queue));
    });
  };
  await restart();
  return {
    endpoint,
    region: REGION,
    folder: home,
    get pid() {
      return server.pid!;
    },
    async crash() {
      queues = await queuesAt(endpoint);
      await end(server);
    },
    restart,
    async stop() {
      await end(server);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** H2 writes a message before it is confirmed; by default it would up to half a second later. */
const configOf = (port: number, home: string) => `
include classpath("application.conf")
node-address { host = "127.0.0.1", port = ${port} }
rest-sqs { bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }
aws { region = "${REGION}" }
messages-storage { enabled = true, uri = "jdbc:h2:file:${home}/messages;WRITE_DELAY=0" }
`;

/** It answers before it has read its queues from the disk. */
async function queuesAt(endpoint: string): Promise<string[]> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`ElasticMQ: ${response.status}`);
  return ((await response.json()) as { QueueUrls?: string[] }).QueueUrls ?? [];
}

const BY_HAND = 'install Java 17 and Maven (apt-get install openjdk-17-jre-headless maven, brew install openjdk maven)';

/** The folder of its jars; written under another name first, for several test processes may fetch them at once. */
export async function elasticMq(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'waybill', `elasticmq-${VERSION}`);
  if (existsSync(folder)) return folder;
  const maven = findOnPath('mvn');
  if (!maven) throw new Error(`ElasticMQ is missing, and so is Maven to fetch it: ${BY_HAND}`);
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.`);
  writeFileSync(join(temporary, 'pom.xml'), POM);
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${temporary}`];
  const fetching = spawn(maven, ['-q', '-B', '-f', join(temporary, 'pom.xml'), ...copy], { stdio: 'ignore' });
  const [code] = await once(fetching, 'exit');
  if (code !== 0) {
    rmSync(temporary, { recursive: true, force: true });
    throw new Error(`Maven could not fetch ElasticMQ ${VERSION} (exit code ${code})`);
  }
  if (existsSync(folder)) rmSync(temporary, { recursive: true, force: true });
  else renameSync(temporary, folder);
  return folder;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>waybill</groupId>
  <artifactId>elasticmq</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.elasticmq</groupId><artifactId>elasticmq-server_2.13</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;
