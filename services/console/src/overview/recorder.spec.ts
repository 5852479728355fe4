import { metricsParser } from '@waybill/platform/metrics-text';
import { Counters } from './counters.js';
import { Reading } from './reading.js';
import { Recorder } from './recorder.js';
import { gauge, quantile, rate } from './series.js';

const jobs = rate({ name: 'jobs', title: 'Jobs' }, { metric: 'jobs_total' });
const p95 = quantile({ name: 'p95', title: 'p95' }, 0.95, { metric: 'seconds_bucket' });
const oldest = gauge({ name: 'oldest', title: 'Oldest', unit: 'seconds' }, 'max', 'age_seconds');
const series = [jobs, p95, oldest];

const START = 1_000_000_000_000;
const parse = metricsParser(['jobs_total', 'seconds_bucket', 'age_seconds']);

/** Readings of one process at 3 s, as the console takes them; undefined: it did not respond. */
class Readings {
  readonly recorder = new Recorder(series);
  private readonly counters = new Counters(series.flatMap(({ counted }) => counted ?? []));
  private at = START;

  take(lines: string[] | undefined, after = 3_000): void {
    this.at += after;
    const metrics = lines && parse(['# TYPE jobs_total counter', ...lines].join('\n'));
    if (metrics) this.counters.add('worker', { url: 'a', start: 1, metrics });
    const copies = [{ url: 'a', metrics, health: undefined }];
    this.recorder.add(new Reading(this.at, [{ process: 'worker', copies }], this.counters.read()));
  }

  /** The latest values of each series. */
  latest(count: number, range: '15m' | '6h' = '15m') {
    return this.recorder.read(range, this.at).values.map((values) => values.slice(-count));
  }
}

describe('a series in memory', () => {
  it('shows rates over the seconds before, and the greatest of a gauge', () => {
    const readings = new Readings();
    for (let n = 0; n <= 20; n++)
      readings.take([`jobs_total ${n * 9}`, 'age_seconds{a="1"} 4', 'age_seconds{a="2"} 9']);
    expect(readings.latest(2)).toEqual([
      [3, 3],
      [null, null],
      [9, 9],
    ]);
  });

  it('shows quantiles of what happened in the window, interpolated as Prometheus does', () => {
    const readings = new Readings();
    const buckets = (fast: number, all: number) => [
      `seconds_bucket{le="0.1"} ${fast}`,
      `seconds_bucket{le="0.5"} ${all}`,
      `seconds_bucket{le="+Inf"} ${all}`,
    ];
    readings.take(buckets(1_000, 1_000));
    readings.take(buckets(1_090, 1_100));
    expect(readings.latest(1)[1]![0]).toBeCloseTo(0.3);
  });

  it('has gaps where a process did not respond', () => {
    const readings = new Readings();
    readings.take(['jobs_total 0']);
    readings.take(['jobs_total 6']);
    readings.take(undefined);
    readings.take(['jobs_total 12']);
    expect(readings.latest(4)[0]).toEqual([null, 2, null, expect.closeTo(4 / 3)]);
  });

  it('bridges a single reading that came late, and no more', () => {
    const readings = new Readings();
    readings.take(['jobs_total 0']);
    readings.take(['jobs_total 6']);
    readings.take(['jobs_total 18'], 6_000);
    readings.take(['jobs_total 36'], 9_000);
    expect(readings.latest(7)[0]).toEqual([null, 2, 2, 2, null, null, 2]);
  });

  it('has a gap where nobody watched, and no rate across it', () => {
    const readings = new Readings();
    readings.take(['jobs_total 0']);
    readings.take(['jobs_total 6']);
    readings.recorder.interrupt();
    readings.take(['jobs_total 1000']);
    expect(readings.latest(3)[0]).toEqual([null, 2, null]);
  });

  it('is kept for 15 minutes at 3 s, and for 6 hours at a minute', () => {
    const readings = new Readings();
    for (let n = 0; n < 1_000; n++) readings.take([`jobs_total ${n * 3}`]);
    const [recent, long] = (['15m', '6h'] as const).map((range) => readings.latest(10_000, range)[0]!);
    expect([recent!.length, recent!.every((value) => value === 1)]).toEqual([300, true]);
    expect([long!.length, long!.filter((value) => value === 1).length]).toEqual([360, 51]);
  });
});
