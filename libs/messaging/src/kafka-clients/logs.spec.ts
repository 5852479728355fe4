import { backingServices, freshTopics } from '@waybill/testing';
import { keepsLogPromises, type OpenLog } from '../test/log-conformance.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { createKafka } from './create-kafka.js';
import type { KafkaClient, KafkaSettings } from './kafka-client.js';
import { KafkaJsClient } from './kafkajs-client.js';
import { PlatformaticClient } from './platformatic-client.js';

const openBy = (connect: (settings: KafkaSettings) => KafkaClient) => async (): Promise<OpenLog> => {
  const topics = freshTopics();
  let count = 0;
  return {
    client: connect({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet }),
    async topic() {
      const name = `topic${++count}`;
      await topics.create(name, 3);
      return topics.prefix + name;
    },
    group: () => `${topics.prefix}group${++count}`,
    close: () => topics.drop(),
  };
};

keepsLogPromises('kafkajs', { open: openBy((settings) => new KafkaJsClient(createKafka(settings))) });
keepsLogPromises('@platformatic/kafka', { open: openBy((settings) => new PlatformaticClient(settings)) });
