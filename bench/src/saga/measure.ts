import type { Endpoints } from '@waybill/shop-cli';
import { type ByProcess, CpuMeter, coresOver, sum, untilQuiet } from './cpu-meter.js';
import { placeAtOnce, placeOneByOne } from './orders.js';
import { ONE_BY_ONE, ORDERS, REST, WARM_UPS } from './sizes.js';

/** What one turn of a contender gives. */
export interface Figures {
  /** Cores that each process keeps busy at rest. */
  rest: ByProcess;
  /** Milliseconds from POST to CONFIRMED, of each order that was placed on an idle system. */
  latencies: number[];
  ordersPerSecond: number;
  /** Milliseconds of CPU that each process takes for an order, less what it takes at rest. */
  cpuPerOrder: ByProcess;
}

/** Cores. Far more than any system takes at rest, far less than any takes to start. */
const STARTED = 0.7;

/** Of a system that was just started and that nobody else uses. */
export async function measure({ orderApi, processes }: Endpoints): Promise<Figures> {
  await untilQuiet(processes, STARTED);
  await placeAtOnce(orderApi, WARM_UPS);
  await untilQuiet(processes, STARTED);
  const idle = await placeOneByOne(orderApi, ONE_BY_ONE);

  // Just before the orders from which it is taken: a system that has just started is not at rest for a while.
  await untilQuiet(processes, STARTED);
  const rest = await coresOver(REST, processes);
  const meter = new CpuMeter(processes);
  const orders = await placeAtOnce(orderApi, ORDERS);
  await untilQuiet(processes, 1.5 * sum(rest) + 0.05);
  const { cpu, seconds } = meter.read();

  const first = Math.min(...orders.map(({ placed }) => placed));
  const last = Math.max(...orders.map(({ confirmed }) => confirmed));
  return {
    rest,
    latencies: idle.map(({ placed, confirmed }) => confirmed - placed),
    ordersPerSecond: (ORDERS * 1_000) / (last - first),
    cpuPerOrder: cpuPerOrder(cpu, { rest, seconds, orders: ORDERS }),
  };
}

/** Milliseconds, from seconds of CPU and the cores at rest. */
export function cpuPerOrder(
  cpu: ByProcess,
  { rest, seconds, orders }: { rest: ByProcess; seconds: number; orders: number },
): ByProcess {
  const perOrder = (name: string) => ((cpu[name]! - rest[name]! * seconds) * 1_000) / orders;
  return Object.fromEntries(Object.keys(cpu).map((name) => [name, perOrder(name)]));
}
