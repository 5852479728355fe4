/**
 * Preloaded by `node --import` into a process of the system: writes which metrics it registers as JSON to stdout once it listens,
 * and ends it. What a metric's labels are is known to its object only: the text format shows those that have values.
 */
import { createRequire } from 'node:module';

const { Registry } = createRequire(process.env.METRICS_OF)('prom-client');
const registered = new Map();
const { registerMetric } = Registry.prototype;
Registry.prototype.registerMetric = function (metric) {
  registered.set(metric.name, metric);
  return registerMetric.call(this, metric);
};

const isListening = () =>
  fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );

const timer = setInterval(async () => {
  if (!(await isListening())) return;
  clearInterval(timer);
  const metrics = [...registered.values()].map(({ name, help, labelNames, type }) => ({
    name,
    help,
    labels: [...labelNames],
    type,
  }));
  process.stdout.write(`METRICS ${JSON.stringify(metrics)}\n`, () => process.exit(0));
}, 100);
