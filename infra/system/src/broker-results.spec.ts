import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokerResults, figureAt, figureText } from './broker-results.js';

const root = join(import.meta.dirname, '..', '..', '..');
const results = JSON.parse(readFileSync(join(root, 'bench/results/brokers.json'), 'utf8')) as BrokerResults;

describe('a figure of the brokers', () => {
  it('is a number with its unit, or an em dash', () => {
    expect(figureText({ value: 12_345.6, unit: '/s' })).toBe('12,346/s');
    expect(figureText({ value: 0.27, unit: 'ms' })).toBe('0.3 ms');
    expect(figureText({ value: 12.7, unit: 's' })).toBe('13 s');
    expect(figureText({ value: 400, unit: '/s', note: '5 were left' })).toBe('400/s (5 were left)');
    expect(figureText(null)).toBe('—');
  });

  it('has a place: one that is not measured cannot be shown', () => {
    expect(figureAt(results, 'publish', 'Kafka, kafkajs', '1 KiB, one by one')).toHaveProperty('unit', '/s');
    const at = (table: string, row: string, column: string) => () => figureAt(results, table, row, column);
    for (const nowhere of [
      at('no table', 'Kafka, kafkajs', '1 KiB, one by one'),
      at('publish', 'no broker', '1 KiB, one by one'),
      at('publish', 'Kafka, kafkajs', 'no column'),
    ])
      expect(nowhere).toThrow('nothing is measured at');
  });
});

describe('the results of the brokers', () => {
  it('say how each table was measured, on what, and that Waybill and the bare clients were measured in one run', () => {
    expect(results).toMatchObject({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      machine: { cores: expect.any(Number), memoryGiB: expect.any(Number), os: expect.any(String) },
    });
    expect(results.minutes).toBeLessThan(20);
    for (const { method, columns, rows } of results.tables) {
      expect(method).not.toBe('');
      expect(rows.map(({ cells }) => cells.length)).toEqual(rows.map(() => columns.length));
    }
    const names = results.tables.flatMap(({ rows }) => rows.map(({ name }) => name));
    for (const name of ['Kafka, kafkajs', 'RabbitMQ, amqplib', 'NATS, @nats-io', 'SQS, AWS SDK', 'SQS FIFO, Waybill'])
      expect(names).toContain(name);
  });
});
