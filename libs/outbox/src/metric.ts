import { type Metric, register } from 'prom-client';

/** The metric of this name. prom-client accepts a name only once a process, and a class may have several instances. */
export function metric<M extends Metric>(name: string, create: (name: string) => M): M {
  return (register.getSingleMetric(name) as M | undefined) ?? create(name);
}
