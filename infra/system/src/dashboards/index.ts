import type { GeneratedFile } from '../generated-file.js';
import { grafanaJson } from './dashboard.js';
import { messaging } from './messaging.js';
import { orderFlow } from './order-flow.js';
import { runtime } from './runtime.js';
import { sagaAndMoney } from './saga-and-money.js';

/** infra/grafana/dashboards, as Grafana provisions them. */
export const dashboardFiles = (): GeneratedFile[] =>
  [orderFlow, messaging, sagaAndMoney, runtime].map((dashboard) => [
    `infra/grafana/dashboards/${dashboard.name}.json`,
    grafanaJson(dashboard),
  ]);
