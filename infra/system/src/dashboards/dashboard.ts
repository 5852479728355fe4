/** A panel of a dashboard, with what a person sees in it. */
export interface Panel {
  title: string;
  /** What to make of it, where the title does not say it. */
  description?: string;
  /** As Grafana names it: s, bytes, cps (a second), percentunit. Default: a number. */
  unit?: string;
  /** PromQL, each with its legend. */
  queries: readonly [promql: string, legend: string][];
  /** Default: over time. A figure shows the current value, and is red from `limit` on. */
  as?: 'figure' | 'stacked';
  limit?: number;
}

export interface Dashboard {
  /** Of its file and in its address. */
  name: string;
  title: string;
  /** Whether its queries use `$job`, the processes that were chosen. */
  byJob?: boolean;
  panels: readonly Panel[];
}

const COLUMNS = 24;
const SIZES = { figure: { w: 4, h: 4 }, overTime: { w: 12, h: 8 } };
const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };

/** As Grafana provisions it. */
export function grafanaJson({ name, title, byJob, panels }: Dashboard): string {
  const dashboard = {
    uid: `waybill-${name}`,
    title: `Waybill: ${title}`,
    tags: ['waybill'],
    timezone: 'browser',
    schemaVersion: 41,
    refresh: '5s',
    time: { from: 'now-15m', to: 'now' },
    links: [{ type: 'dashboards', title: 'Waybill', tags: ['waybill'], asDropdown: false, keepTime: true }],
    ...(byJob && { templating: { list: [JOB] } }),
    panels: laidOut(panels),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const JOB = {
  name: 'job',
  label: 'Process',
  type: 'query',
  datasource: PROMETHEUS,
  query: 'label_values(process_start_time_seconds, job)',
  refresh: 2,
  multi: true,
  includeAll: true,
};

/** From left to right, in rows as high as their first panel. */
function laidOut(panels: readonly Panel[]): object[] {
  let [x, y, height] = [0, 0, 0];
  return panels.map((panel, index) => {
    const { w, h } = SIZES[panel.as === 'figure' ? 'figure' : 'overTime'];
    if (x + w > COLUMNS || (x > 0 && h !== height)) [x, y] = [0, y + height];
    height = h;
    const gridPos = { x, y, w, h };
    x += w;
    return { id: index + 1, gridPos, ...grafanaPanel(panel) };
  });
}

function grafanaPanel({ title, description, unit = 'short', queries, as, limit }: Panel): object {
  const targets = queries.map(([expr, legendFormat], index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    expr,
    legendFormat,
  }));
  const steps = [{ color: 'green', value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])];
  return {
    type: as === 'figure' ? 'stat' : 'timeseries',
    title,
    ...(description && { description }),
    datasource: PROMETHEUS,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(limit !== undefined && { thresholds: { mode: 'absolute', steps } }),
        ...(as === 'stacked' && { custom: { stacking: { mode: 'normal' }, fillOpacity: 40 } }),
      },
      overrides: [],
    },
    targets,
  };
}
