import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bringByMaven, findJava } from '../java.js';
import { step } from '../progress.js';
import type { Provider } from '../provider.js';
import { accepts } from '../ready.js';
import type { Environment, Settings } from '../settings.js';
import { toolchain } from '../toolchain.js';

const { version: VERSION } = toolchain.elasticmq;
const REGION = 'us-east-1';
/** Without UTF-8 as its charset it keeps other bytes than it was sent. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8'];

/** ElasticMQ: a server of SQS's protocol that keeps its messages. */
export const sqs: Provider = {
  name: 'sqs',
  async prepare(settings, output) {
    const { SQS_ENDPOINT } = settings.env;
    if (SQS_ENDPOINT) return { connection: { env: { SQS_ENDPOINT }, endpoints: { sqs: SQS_ENDPOINT } } };

    const java = await findJava({ name: 'ElasticMQ', ways: WAYS }, output);
    const program = { name: 'ElasticMQ', folder: `elasticmq-${VERSION}`, pom: POM, ways: WAYS };
    const jars = await step(output, 'downloading ElasticMQ with Maven', () => bringByMaven(program, output));
    const { SQS_PORT: port } = settings.ports;
    const endpoint = `http://127.0.0.1:${port}`;
    const classPath = join(jars, '*');
    return {
      connection: { env: { SQS_ENDPOINT: endpoint, ...credentials(settings.env) }, endpoints: { sqs: endpoint } },
      process: {
        name: 'sqs',
        command: java,
        args: [...JVM, `-Dconfig.file=${configured(settings)}`, '-cp', classPath, 'org.elasticmq.server.Main'],
        ready: () => accepts(port),
      },
    };
  },
};

/** Any will do. */
const credentials = ({ AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }: Environment) => ({
  AWS_PROFILE: '', // the SDK would take its credentials instead of these
  AWS_REGION: AWS_REGION || REGION,
  AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID || 'waybill',
  AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY || 'waybill',
});

/** H2 writes a message before it is confirmed; by default it would up to half a second later. */
function configured({ home, ports }: Settings): string {
  const data = join(home, 'data', 'sqs');
  const file = join(data, 'elasticmq.conf');
  mkdirSync(data, { recursive: true });
  writeFileSync(
    file,
    `include classpath("application.conf")
node-address { host = "127.0.0.1", port = ${ports.SQS_PORT} }
rest-sqs { bind-hostname = "127.0.0.1", bind-port = ${ports.SQS_PORT}, sqs-limits = strict }
rest-stats.enabled = false
messages-storage { enabled = true, uri = ${JSON.stringify(`jdbc:h2:file:${data}/messages;WRITE_DELAY=0`)} }
`,
  );
  return file;
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

const WAYS = `Ways to get it:
  - Java and Maven from your package manager: apt install openjdk-17-jre-headless maven, brew install openjdk maven
  - a server of your own, or Amazon's: SQS_ENDPOINT=https://sqs.eu-central-1.amazonaws.com, with AWS_REGION and credentials`;
