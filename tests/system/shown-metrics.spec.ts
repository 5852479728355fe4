import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_NAMESPACE } from '@waybill/messaging/contract';
import { root } from '../imports.js';
import { applicationProcesses, urlOf } from './processes.js';
import { labelsIn, metricsIn, queriesIn } from './shown-metrics.js';

const files = globSync('infra/{prometheus/alerts/*.yml,grafana/dashboards/*.json}', { cwd: root }).sort();
const shown = files.flatMap((file) => queriesIn(readFileSync(join(root, file), 'utf8')));

/** What metrics of services begin with; those of the libraries may begin with another name. */
const SYSTEM = 'waybill';
/** What Prometheus itself adds. */
const ADDED = ['job', 'instance', 'le'];
/** Of servers that are not ours, and Prometheus's own. */
const FOREIGN = /^(rabbitmq|kafka|pg)_|^up$/;
const OF_A_HISTOGRAM = /_(bucket|sum|count)$/;

/** By metric: its labels as docs/metrics.md lists them, which its own test keeps up to date. */
const documented = new Map(
  [...readFileSync(join(root, 'docs/metrics.md'), 'utf8').matchAll(/^\| `(\w+)` +\| \w+ +\| ([^|]*)\|/gm)].map(
    ([, name, labels]) => [name!, [...labels!.matchAll(/\w+/g)].map(([label]) => label)],
  ),
);

const namesIn = (exposition: string): string[] =>
  [...exposition.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
  );

/** By metric: the labels that its series have now. */
const seriesIn = (exposition: string): [string, string[]][] =>
  [...exposition.matchAll(/^(\w+)\{(.*)\} /gm)].map(([, name, labels]) => [
    name!,
    [...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label!),
  ]);

describe('metrics', () => {
  const exposed = new Set<string>();
  const labels = new Map<string, string[]>();
  beforeAll(async () => {
    for (const name of applicationProcesses) {
      const exposition = await (await fetch(`${urlOf(name)}/metrics`)).text();
      for (const metric of namesIn(exposition)) exposed.add(metric);
      for (const [metric, own] of seriesIn(exposition)) labels.set(metric, own);
    }
  });
  const labelsOf = (metric: string) => [
    ...ADDED,
    ...(documented.get(metric) ?? documented.get(metric.replace(OF_A_HISTOGRAM, '')) ?? labels.get(metric) ?? []),
  ];

  it.each(shown)('of %s are exposed', (query) => {
    const names = metricsIn(query).filter((name) => !FOREIGN.test(name));
    expect(names.filter((name) => !exposed.has(name))).toEqual([]);
  });

  it.each(shown)('of %s have its labels', (query) => {
    const names = metricsIn(query).filter((name) => !FOREIGN.test(name));
    const known = new Set(names.flatMap(labelsOf));
    expect(names.length ? labelsIn(query).filter((label) => !known.has(label)) : []).toEqual([]);
  });

  it('have names that begin with those of the system or of a library, and are documented', () => {
    const isOwn = (name: string) => [SYSTEM, DEFAULT_NAMESPACE].includes(name.split('_')[0]!);
    const isOfOthers = (name: string) => /^(payment_provider|process|nodejs|temporal)_/.test(name);
    expect([...exposed].filter((name) => !isOwn(name) && !isOfOthers(name))).toEqual([]);
    const own = [...exposed].filter((name) => isOwn(name) || name.startsWith('payment_provider_'));
    expect(own.filter((name) => !documented.has(name) && !documented.has(name.replace(OF_A_HISTOGRAM, '')))).toEqual(
      [],
    );
  });
});

describe('a query', () => {
  it('is read with its metrics and all places of labels', () => {
    const query =
      'sum by (a, b) (rate(x_total{c="1", d!~"{"}[5m])) / on (e) group_left (f) y{} > 5 unless z offset 10m';
    expect(metricsIn(query)).toEqual(['x_total', 'y', 'z']);
    expect(labelsIn(query)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(queriesIn('  - expr: up == 0\n    for: 1m\n    expr: >-\n      a\n      + b\n    for: 1m\n')).toEqual([
      'up == 0',
      'a + b',
    ]);
    expect(queriesIn('{\n"expr": "a{b=\\"c\\"}",\n"legendFormat": "{{d}} {{e}}"\n}')).toEqual([
      'a{b="c"} ;{{d}} {{e}}',
    ]);
    expect(labelsIn('a{b="c"} ;{{d}} {{e}}')).toEqual(['b', 'd', 'e']);
  });
});
