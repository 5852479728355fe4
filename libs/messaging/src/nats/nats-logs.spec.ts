import { startNats } from '@waybill/testing';
import { defineTopic } from '../contract/index.js';
import { keepsLogPromises, type OpenLog } from '../test/log-conformance.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { NatsLogClient } from './nats-log-client.js';
import { NatsTopology } from './nats-topology.js';

async function openNats(): Promise<OpenLog> {
  const server = await startNats();
  const nats = { url: server.url, name: 'test', logger: quiet };
  let count = 0;
  return {
    client: new NatsLogClient(nats),
    async topic() {
      const name = `topic.${++count}`;
      const topology = new NatsTopology({ nats, topics: [defineTopic({ name, partitions: 3 })] });
      await topology.declare();
      await topology.close();
      return name;
    },
    group: () => `group.${++count}`,
    close: () => server.stop(),
  };
}

keepsLogPromises('NATS JetStream', { open: openNats });
