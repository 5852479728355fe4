import { createLogger } from '@waybill/platform';
import { FakeHttpServer, jsonResponse } from '@waybill/testing';
import { Recorder } from './recorder.js';
import { SeriesReader } from './series-reader.js';
import { SYSTEM_SERIES } from './system-series.js';

const logger = createLogger({ service: 'test', level: 'silent' });
const reader = (prometheusUrl: string) =>
  new SeriesReader({ series: SYSTEM_SERIES, recorder: new Recorder(SYSTEM_SERIES), prometheusUrl, logger });

/** Responds to every query with 2.5 at each time from `start` to `end`, without the first, and NaN at the last. */
const prometheus = () =>
  FakeHttpServer.start({
    'GET /api/v1/query_range': (request, response) => {
      const query = new URL(request.url!, 'http://localhost').searchParams;
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(query.get(name))) as [
        number,
        number,
        number,
      ];
      const values = [];
      for (let at = start + step; at <= end; at += step) values.push([at, at === end ? 'NaN' : '2.5']);
      jsonResponse(200, { status: 'success', data: { result: [{ metric: {}, values }] } })(request, response);
    },
  });

describe('with Prometheus', () => {
  let server: FakeHttpServer;
  beforeAll(async () => {
    server = await prometheus();
  });
  afterAll(() => server.stop());

  it('shows what it recorded, and gaps where it recorded nothing', async () => {
    const { source, step, times, series } = await reader(server.url).read('6h');
    expect([source, step, times.length, series.length]).toEqual(['prometheus', 60, 360, SYSTEM_SERIES.length]);
    for (const { values } of series) expect([values[0], values[1], values.at(-1)]).toEqual([null, 2.5, null]);
  });

  it('asks for the same as the console computes itself', async () => {
    await reader(`${server.url}/`).read('15m');
    const queries = server.requests.map((request) => new URL(request.slice(4), server.url).searchParams.get('query'));
    expect(queries).toContain('sum(rate(waybill_messages_handled_total[1m]))');
    expect(queries).toContain(
      'histogram_quantile(0.95, sum by (le) (rate(waybill_message_handling_seconds_bucket[1m])))',
    );
    expect(queries).toContain('max(waybill_consumer_lag_seconds)');
  });
});

it('shows what the console recorded itself while Prometheus does not respond', async () => {
  const { source, times } = await reader('http://127.0.0.1:9').read('15m');
  expect([source, times.length]).toEqual(['console', 300]);
});
