import { setTimeout as pause } from 'node:timers/promises';
import type { Figure, ResultTable } from '@waybill/system';
import { until } from '@waybill/testing';
import { quantile } from '../rounds.js';
import { type Broker, bodyOf, type Channel, IN_FLIGHT } from './broker.js';
import { type Contender, contendersOf, progress } from './contenders.js';
import type { Sizes } from './sizes.js';

const SIZE = 1_024;
const TURNS = 2;
const WARM_UPS = 20;

interface Samples {
  atRate: number[];
  loaded: number[];
  perSecond: number[];
}

/** From the call that sends a message until it is handled. */
export async function latency(brokers: readonly Broker[], sizes: Sizes): Promise<ResultTable> {
  const contenders = contendersOf(brokers);
  const samples = new Map(contenders.map(({ name }) => [name, { atRate: [], loaded: [], perSecond: [] } as Samples]));
  for (let turn = 0; turn < TURNS; turn++) {
    progress(`turn ${turn + 1} of ${TURNS}`);
    for (const contender of contenders) await measure(contender, samples.get(contender.name)!, sizes);
  }
  const rows = contenders.map(({ name }) => ({ name, cells: cellsOf(samples.get(name)!) }));
  return {
    name: 'latency',
    title: 'From sending to handled',
    method:
      `1 KiB. At ${sizes.rate} messages a second, sent one by one whether or not earlier ones are confirmed, ${(TURNS * sizes.latency) / 1_000} s each. ` +
      `Full load: ${IN_FLIGHT} messages under way at any time, the next one is sent when one is handled; the rate is the lower of the turns'. Sender and consumer are one process, by ${TURNS} turns. ` +
      'Waybill: until the transaction with the inbox and one INSERT has committed.',
    columns: ['p50', 'p99', 'p99.9', 'p50 in full load', 'p99 in full load', 'rate in full load'],
    rows,
  };
}

async function measure({ name, client }: Contender, samples: Samples, sizes: Sizes): Promise<void> {
  const channel = await client.open();
  const run = new Run(channel);
  const reading = await channel.consume(({ n }) => run.onHandled(n));
  await run.warmUp();
  const atRate = await run.atRate(sizes.rate, sizes.latency);
  const { waits, perSecond } = await run.atFullLoad(sizes.load);
  await reading.stop();
  await channel.close();
  samples.atRate.push(...atRate);
  samples.loaded.push(...waits);
  samples.perSecond.push(perSecond);
  console.log(`    ${name.padEnd(34)} p50 ${quantile(atRate, 0.5).toFixed(1)} ms, ${perSecond.toFixed(0)}/s`);
}

function cellsOf({ atRate, loaded, perSecond }: Samples): Figure[] {
  const ms = (values: number[], share: number): Figure => ({ value: quantile(values, share), unit: 'ms' });
  return [
    ms(atRate, 0.5),
    ms(atRate, 0.99),
    ms(atRate, 0.999),
    ms(loaded, 0.5),
    ms(loaded, 0.99),
    { value: quantile(perSecond, 0.5), unit: '/s', rounds: perSecond.map(Math.round) },
  ];
}

/** Sends over one channel, and notes when what it has sent is handled. */
class Run {
  private readonly sentAt = new Map<number, number>();
  private waits: number[] = [];
  private next = 0;
  private failure: unknown;
  private whenHandled = () => {};

  constructor(private readonly channel: Channel) {}

  onHandled(n: number): void {
    const sent = this.sentAt.get(n);
    if (sent === undefined) return; // delivered twice
    this.sentAt.delete(n);
    this.waits.push(performance.now() - sent);
    this.whenHandled();
  }

  async warmUp(): Promise<void> {
    for (let n = 0; n < WARM_UPS; n++) this.send();
    await this.rest();
  }

  async atRate(rate: number, ms: number): Promise<number[]> {
    const start = performance.now();
    for (let due = start; due < start + ms; due += 1_000 / rate) {
      await pause(Math.max(0, due - performance.now()));
      this.send();
    }
    return this.rest();
  }

  async atFullLoad(ms: number): Promise<{ waits: number[]; perSecond: number }> {
    const start = performance.now();
    const isOver = () => performance.now() - start >= ms;
    this.whenHandled = () => {
      if (!isOver()) this.send();
    };
    for (let n = 0; n < IN_FLIGHT; n++) this.send();
    await until('time is over', isOver);
    const perSecond = (this.waits.length * 1_000) / (performance.now() - start);
    return { waits: await this.rest(), perSecond };
  }

  private send(): void {
    const n = this.next++;
    this.sentAt.set(n, performance.now());
    this.channel.publish([bodyOf(n, SIZE)]).catch((error) => {
      this.failure ??= error;
    });
  }

  /** Resolves with what all waited when nothing is under way. */
  private async rest(): Promise<number[]> {
    await until('all are handled', () => this.sentAt.size === 0 || this.failure !== undefined);
    if (this.failure) throw this.failure;
    const { waits } = this;
    this.waits = [];
    return waits;
  }
}
