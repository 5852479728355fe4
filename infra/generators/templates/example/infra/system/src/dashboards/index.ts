import type { GeneratedFile } from '../generated-file.js';
import { grafanaJson } from './dashboard.js';
import { messaging } from './messaging.js';
import { runtime } from './runtime.js';

/** infra/grafana/dashboards, as Grafana provisions them. */
export const dashboardFiles = (): GeneratedFile[] =>
  [messaging, runtime].map((dashboard) => [`infra/grafana/dashboards/${dashboard.name}.json`, grafanaJson(dashboard)]);
