import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bringByMaven, findJava } from '../java.js';
import { type Output, step } from '../progress.js';
import type { Provider } from '../provider.js';
import { accepts } from '../ready.js';
import { run } from '../run.js';
import type { Settings } from '../settings.js';
import { toolchain } from '../toolchain.js';

/** Log4j: the one that Kafka comes with; its jars lack the bridge to it. */
const { version: VERSION, log4j: LOG4J_VERSION } = toolchain.kafka;

/** Kafka as one KRaft node, broker and controller in one. */
export const kafka: Provider = {
  name: 'kafka',
  async prepare(settings, output) {
    const { KAFKA_BROKERS } = settings.env;
    if (KAFKA_BROKERS) return { connection: connectionTo(KAFKA_BROKERS) };

    const java = await findJava({ name: 'Kafka', ways: WAYS }, output);
    const jars = await step(output, 'downloading Kafka with Maven', () => findJars(output));
    const classPath = join(jars, '*');
    const data = join(settings.home, 'data', 'kafka');
    const config = await formatted(settings, data, (args) => run(java, ['-cp', classPath, ...args]));
    const port = settings.ports.KAFKA_PORT;
    const log = ['-Dorg.apache.logging.log4j.level=WARN'];
    const heap = ['-Xms128m', '-Xmx320m', '-XX:+UseSerialGC', '-XX:MaxMetaspaceSize=128m', '-XX:TieredStopAtLevel=1'];
    return {
      connection: connectionTo(`127.0.0.1:${port}`),
      process: {
        name: 'kafka',
        command: java,
        args: [...heap, ...log, '-cp', classPath, 'kafka.Kafka', config],
        cwd: data,
        ready: () => accepts(port),
      },
    };
  },
};

const connectionTo = (brokers: string) => ({ env: { KAFKA_BROKERS: brokers }, endpoints: { kafka: brokers } });

/** The configuration is written anew each time, for ports may have changed; the log folder is formatted once. */
async function formatted(
  { ports }: Settings,
  data: string,
  java: (args: string[]) => Promise<string>,
): Promise<string> {
  const log = join(data, 'log');
  const config = join(data, 'server.properties');
  const listeners = `PLAINTEXT://127.0.0.1:${ports.KAFKA_PORT},CONTROLLER://127.0.0.1:${ports.KAFKA_CONTROLLER_PORT}`;
  mkdirSync(data, { recursive: true });
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${ports.KAFKA_CONTROLLER_PORT}`,
    'controller.listener.names': 'CONTROLLER',
    listeners,
    'advertised.listeners': listeners,
    'log.dirs': log,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 8,
    'group.initial.rebalance.delay.ms': 0,
  };
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(config, lines.join(''));
  if (existsSync(join(log, 'meta.properties'))) return config;
  rmSync(log, { recursive: true, force: true });
  const id = (await java(['kafka.tools.StorageTool', 'random-uuid'])).trim().split('\n').at(-1)!;
  await java(['kafka.tools.StorageTool', 'format', '--standalone', '-t', id, '-c', config]);
  return config;
}

async function findJars(output: Output): Promise<string> {
  const { KAFKA_HOME } = process.env;
  if (KAFKA_HOME) return join(KAFKA_HOME, 'libs');
  return bringByMaven(
    { name: 'Kafka', folder: `kafka-${VERSION}-log4j-${LOG4J_VERSION}`, pom: POM, ways: WAYS },
    output,
  );
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>waybill</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J_VERSION}</version></dependency>
  </dependencies>
</project>
`;

const WAYS = `Ways to get it:
  - Java and Maven from your package manager: apt install openjdk-17-jre-headless maven, brew install openjdk maven
  - the official download: https://kafka.apache.org/downloads, unpacked, and KAFKA_HOME=<that folder>
  - a broker of your own: KAFKA_BROKERS=host:9092`;
