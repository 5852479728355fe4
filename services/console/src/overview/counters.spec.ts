import { metricsParser } from '@waybill/platform/metrics-text';
import { Counters, countKey } from './counters.js';

const parse = metricsParser(['jobs_total', 'seconds_bucket', String.raw`\w+_call_seconds_count`]);
const counters = () =>
  new Counters([
    { metric: 'jobs_total', by: 'queue' },
    { metric: 'seconds_bucket', by: 'le', without: { label: 'route', pattern: '/health/.*|/metrics' } },
  ]);
const shown = (start: number, ...lines: string[]) => ({ url: 'a', start, metrics: parse(lines.join('\n')) });

describe('what the counters of copies grow by', () => {
  it('is added up over labels, from the first sight on', () => {
    const counted = counters();
    counted.add('worker', shown(1, 'jobs_total{queue="in",type="x"} 100', 'jobs_total{queue="in",type="y"} 50'));
    counted.add('worker', shown(1, 'jobs_total{queue="in",type="x"} 103', 'jobs_total{queue="in",type="y"} 52'));
    expect(counted.read().get('jobs_total')).toEqual(new Map([[countKey('worker', 'in'), 5]]));
  });

  it('is counted from zero when a process was started again, and a label is new', () => {
    const counted = counters();
    counted.add('worker', shown(1, 'jobs_total{queue="in"} 100'));
    counted.add('worker', shown(2, 'jobs_total{queue="in"} 4'));
    counted.add('worker', shown(2, 'jobs_total{queue="in"} 4', 'jobs_total{queue="out"} 3'));
    expect(counted.read().get('jobs_total')).toEqual(
      new Map([
        [countKey('worker', 'in'), 4],
        [countKey('worker', 'out'), 3],
      ]),
    );
  });

  it('is that of all copies', () => {
    const counted = counters();
    for (const [url, value] of Object.entries({ a: 1, b: 2 }))
      for (const grown of [0, value]) counted.add('worker', { ...shown(1, `jobs_total{queue="in"} ${grown}`), url });
    expect(counted.read().get('jobs_total')).toEqual(new Map([[countKey('worker', 'in'), 3]]));
  });

  it('leaves out what is not counted', () => {
    const counted = counters();
    const buckets = (count: number) =>
      ['/orders', '/health/ready', '/metrics'].map((route) => `seconds_bucket{le="1",route="${route}"} ${count}`);
    counted.add('worker', shown(1, ...buckets(0)));
    counted.add('worker', shown(1, ...buckets(7)));
    expect(counted.read().get('seconds_bucket')).toEqual(new Map([[countKey('worker', '1'), 7]]));
  });

  it('does not count what happened while nobody watched', () => {
    const counted = counters();
    counted.add('worker', shown(1, 'jobs_total{queue="in"} 1'));
    counted.forgetCopies();
    counted.add('worker', shown(1, 'jobs_total{queue="in"} 1000'));
    expect(counted.read().get('jobs_total')).toEqual(new Map([[countKey('worker', 'in'), 0]]));
  });
});
