import { Counter, Registry } from 'prom-client';
import { metricsParser } from './metrics-text.js';

const read = metricsParser(['up', 'handled_total', String.raw`\w+_seconds_count`]);

describe('the metrics of a process', () => {
  it('are read with their labels, those alone that are asked for', () => {
    const { samples } = read(
      [
        '# HELP up Whether it runs',
        'up 1',
        'handled_total{source="a.b",outcome="done"} 12',
        'handled_total{source="a.b",outcome=""} 1.5e3 1700000000000',
        'handled_total_other{source="a"} 7',
        'call_seconds_count +Inf',
        '',
      ].join('\n'),
    );
    expect([...samples]).toEqual([
      ['up', [{ labels: {}, value: 1 }]],
      [
        'handled_total',
        [
          { labels: { source: 'a.b', outcome: 'done' }, value: 12 },
          { labels: { source: 'a.b', outcome: '' }, value: 1_500 },
        ],
      ],
      ['call_seconds_count', [{ labels: {}, value: Number.POSITIVE_INFINITY }]],
    ]);
  });

  it.each(['with "quotes"', 'a\\b', 'two\nlines', 'a\\nb', '} 1', 'x="y",z="'])('keep the label %j', async (label) => {
    const registry = new Registry();
    const counter = new Counter({
      name: 'handled_total',
      help: 'Handled',
      labelNames: ['source'],
      registers: [registry],
    });
    counter.inc({ source: label });
    const { samples } = read(await registry.metrics());
    expect(samples.get('handled_total')).toEqual([{ labels: { source: label }, value: 1 }]);
  });

  it('that are counted are declared before anything was', () => {
    const { samples, declared } = read(
      '# TYPE handled_total counter\n# TYPE up gauge\n# TYPE call_seconds histogram\n',
    );
    expect(samples.size).toBe(0);
    expect([...declared]).toEqual(['handled_total', 'call_seconds']);
  });
});
