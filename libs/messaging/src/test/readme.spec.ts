import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { backingServices, freshTopics, freshVhost, KafkaPeer, RabbitPeer } from '@waybill/testing';
import { connectMessaging, MessagingModule } from '../nest/index.js';
import { mail, OrderPlaced, OrderPlacedHandler, shopEvents } from './readme.example.js';
import { consumerDatabase, quiet } from './workbench.fixture.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

@Module({ providers: [OrderPlacedHandler] })
class ShopModule {}

describe('the README', () => {
  it('shows the code that this test runs, word for word', () => {
    const shown = [...read('src/test/readme.example.ts').matchAll(/\/\/ README: .*\n([\s\S]*?)\n\/\/ end/g)];
    expect(shown).toHaveLength(1);
    for (const [, code] of shown) expect(read('README.md')).toContain(code);
  });

  it('describes a handler that handles an event once, however often it is delivered, and sends its messages', async () => {
    const [database, topics, vhost] = await Promise.all([consumerDatabase(), freshTopics(), freshVhost()]);
    await database.pool.query('CREATE TABLE seen (order_id text)');
    const messaging = MessagingModule.forRoot({
      service: 'shop',
      database,
      databaseUrl: database.url,
      rabbitmqUrl: vhost.url,
      kafkaBrokers: [backingServices().kafka],
      kafkaTopicPrefix: topics.prefix,
      topology: { topics: [shopEvents], queues: [mail] },
      logger: quiet,
    });
    const module = { module: ShopModule, imports: [messaging] };
    const app = await NestFactory.create(module, new FastifyAdapter(), { logger: false });
    await connectMessaging(app);
    await app.init();
    const [kafka, rabbit] = [new KafkaPeer(topics), await RabbitPeer.connect(vhost.url)];

    const id = await kafka.publish(OrderPlaced, { orderId: 'o1' });
    await kafka.publish(OrderPlaced, { orderId: 'o1' }, { id });
    await kafka.publish(OrderPlaced, { orderId: 'o2' });
    const thanked = [await rabbit.take(mail.name), await rabbit.take(mail.name)].map(({ body }) => JSON.parse(body));
    expect(thanked.map(({ orderId }) => orderId).sort()).toEqual(['o1', 'o2']);
    const { rows } = await database.pool.query('SELECT order_id FROM seen ORDER BY order_id');
    expect(rows.map(({ order_id }) => order_id)).toEqual(['o1', 'o2']);

    await Promise.all([kafka.close(), rabbit.close(), app.close()]);
    await Promise.all([database.drop(), topics.drop(), vhost.drop()]);
  });
});
