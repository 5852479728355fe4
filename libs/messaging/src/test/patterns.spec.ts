import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutboxRelay } from '@waybill/outbox';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  KafkaPeer,
  RabbitPeer,
  until,
} from '@waybill/testing';
import { encode } from '../envelope/index.js';
import { MessageOutbox, RequestReply } from '../index.js';
import { declareTopics, KafkaPublisher } from '../kafka/index.js';
import { createKafka, KafkaJsClient } from '../kafka-clients/index.js';
import { AmqplibClient, declareQueues, RabbitPublisher } from '../rabbitmq/index.js';
import * as example from './patterns.example.js';
import { startResponder } from './responder.fixture.js';
import { type OpenSender, openSender } from './sender.fixture.js';
import { consumerDatabase, quiet } from './workbench.fixture.js';

const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
let vhost: FreshVhost;
let topics: FreshTopics;
let connection: AmqplibClient;
let database: Awaited<ReturnType<typeof consumerDatabase>>;
let rabbit: RabbitPeer;
let peer: KafkaPeer;
let opened: OpenSender;

beforeAll(async () => {
  [vhost, database] = await Promise.all([freshVhost(), consumerDatabase()]);
  topics = freshTopics();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  const { parcelLabels, parcelQuotes, parcelPickups, depotReplies, parcelEvents, parcelWeights } = example;
  await declareQueues(connection, [parcelLabels, parcelQuotes, parcelPickups, depotReplies]);
  const reader = { group: 'scales', reads: [parcelEvents.name] };
  await declareTopics(kafka, [parcelEvents, parcelWeights], { prefix: topics.prefix }, reader);
  await database.pool.query('CREATE TABLE parcels (id text PRIMARY KEY, status text NOT NULL)');
  rabbit = await RabbitPeer.connect(vhost.url);
  peer = new KafkaPeer(topics);
  await peer.listen(parcelEvents.name, parcelWeights.name);
  opened = openSender({ rabbitmqUrl: vhost.url, kafka, kafkaTopicPrefix: topics.prefix });
});

afterAll(async () => {
  await Promise.all([opened.close(), rabbit.close(), peer.close()]);
  await connection.close();
  await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
});

describe('the examples in docs/patterns', () => {
  it('fire-and-forget', async () => {
    await example.fireAndForget(opened.sender, 'p1');
    expect(JSON.parse((await rabbit.take(example.parcelLabels.name)).body)).toEqual({ parcelId: 'p1' });
  });

  it('publish-subscribe', async () => {
    await example.publishSubscribe(opened.sender, 'p2');
    expect((await peer.received('p2', 1))[0]).toMatchObject({ topic: 'parcel.events', key: 'p2' });
  });

  it('request-reply', async () => {
    const handler = new example.QuoteParcelHandler();
    const responder = startResponder(connection, example.QuoteParcel, (body, context) => handler.handle(body, context));
    const requests = new RequestReply({ publishing: connection, consuming: connection, source: '/test' });
    const quoted = () => example.requestReply(requests, 'p3');
    expect(await until('the responder replies in time', quoted)).toBe(450);
    await requests.close();
    await responder.stop();
  });

  it('async request-reply with a callback', async () => {
    const outbox = new MessageOutbox({ source: '/depot' });
    const pickUps = example.callbackRequests(database, outbox);
    const publisher = new RabbitPublisher(connection);
    const relay = new OutboxRelay({ connectionString: database.url, targets: { rabbitmq: publisher }, logger: quiet });
    await relay.start();
    const carrier = startResponder(connection, example.PickUp, (body, { reply }) => reply(body), { database });
    await example.requestPickUp(database, pickUps, 'p4');
    const status = async () =>
      (await database.pool.query("SELECT status FROM parcels WHERE id = 'p4'")).rows[0]?.status;
    expect(await status()).toBe('waiting for the carrier');

    const depot = startResponder(
      connection,
      example.PickedUp as never,
      (body, context) => pickUps.receive(body, context),
      {
        database,
      },
    );
    await until('it is called back', async () => (await status()) === 'with the carrier');
    await Promise.all([carrier.stop(), depot.stop(), relay.stop()]);
    await publisher.close();
  });

  it('at most once, and at least once', async () => {
    await example.atMostOnce(opened.sender, 'p5');
    await example.atLeastOnce(opened.sender, 'p6', 'a-known-id');
    expect(await peer.received('p5', 1)).toHaveLength(1);
    expect((await peer.received('p6', 1))[0]!.headers.ce_id).toBe('a-known-id');
  });

  it('exactly once, from topic to topic', async () => {
    const scales = example.exactlyOnce({ kafka, prefix: topics.prefix });
    await scales.start();
    await example.publishSubscribe(opened.sender, 'p7');
    const received = await peer.received('p7', 2);
    expect(received.map(({ topic, body }) => [topic, JSON.parse(body)])).toContainEqual([
      'parcel.weights',
      { parcelId: 'p7', kilograms: 0.9 },
    ]);
    await scales.stop();
  });

  it('a rate-limited producer', async () => {
    const publisher = new KafkaPublisher(new KafkaJsClient(kafka), topics.prefix);
    const started = performance.now();
    const messages = Array.from({ length: 300 }, () =>
      encode(example.ParcelPacked.of({ parcelId: 'p8', grams: 1 }), '/t'),
    );
    await example.limited(publisher).publish(messages);
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(await peer.received('p8', 300)).toHaveLength(300);
    await publisher.close();
  });

  it('claim check', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-claims-'));
    const outbox = example.withClaimCheck(database.autocommit, folder);
    const large = { parcelId: 'x'.repeat(300_000), grams: 1 };
    await database.transaction((tx) => outbox.add(tx, example.ParcelPacked.of(large)));
    expect(readdirSync(folder)).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });
});
