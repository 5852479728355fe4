import { figure, method, quantile } from '../rounds.js';
import { AnalyticsService } from './analytics-service.js';

const [FEW, MANY] = [1_000, 5_000_000];
const REQUESTS = 2_000;
/** Not counted. */
const WARM_UP = 500;

/** Whether the summary costs more with more orders. */
export async function summary(): Promise<void> {
  method(
    'analytics/summary',
    `GET /analytics/summary, ${REQUESTS} times each with ${FEW} and with ${MANY} orders, one request after the other, in turns, after a warm-up.\n` +
      '  A process and a database each; the orders are inserted by SQL, and counted with the function that counts real ones.',
  );
  const start = performance.now();
  const services = [await AnalyticsService.withOrders(FEW), await AnalyticsService.withOrders(MANY)];
  console.log(`    inserting the orders took ${((performance.now() - start) / 1_000).toFixed(0)} s`);

  const times: number[][] = services.map(() => []);
  for (let n = 0; n < WARM_UP + REQUESTS; n++) {
    for (const [which, service] of services.entries()) {
      const ms = await service.timeSummary();
      if (n >= WARM_UP) times[which]!.push(ms);
    }
  }
  const [few, many] = times.map((each) => ({ p50: quantile(each, 0.5), p99: quantile(each, 0.99) }));
  const shown = ({ p50, p99 }: { p50: number; p99: number }) => `${p50.toFixed(1)}, ${p99.toFixed(1)} ms`;
  figure(`${FEW} orders: p50, p99`, shown(few!));
  figure(`${MANY} orders: p50, p99`, shown(many!), { text: 'under 50 ms', met: many!.p99 < 50 });
  const ratio = many!.p50 / few!.p50;
  figure(`p50 with ${MANY} / with ${FEW}`, ratio.toFixed(2), { text: 'at most 1.2', met: ratio <= 1.2 });
  await Promise.all(services.map((service) => service.stop()));
}
