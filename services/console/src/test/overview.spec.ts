import { until } from '@waybill/testing';
import { type Console, callApi, startConsole } from './console.fixture.js';
import { FakeProcess } from './processes.fixture.js';

interface Part {
  [field: string]: unknown;
  id: string;
  name: string;
}
interface Overview {
  figures: Record<string, number | null>;
  processes: Part[];
  nodes: Part[];
  edges: Part[];
}

const KAFKA = { kafka: { status: 'ok' as const } };

let console: Console;
let base: string;
let worker: FakeProcess;
let measuring: FakeProcess;
beforeAll(async () => {
  const gone = await FakeProcess.start();
  const { url: nobody } = gone;
  await gone.stop();
  [worker, measuring] = await Promise.all([FakeProcess.start(), FakeProcess.start()]);
  worker.checks = { postgres: { status: 'ok' }, ...KAFKA };
  const PROCESS_URLS = new Map([
    ['email', worker.url],
    ['console', measuring.url],
    ['gone', nobody],
  ]);
  console = await startConsole({ config: { PROCESS_URLS } });
  await console.app.listen(0, '127.0.0.1');
  base = await console.app.getUrl();
});
afterAll(async () => {
  await console.stop();
  await Promise.all([worker.stop(), measuring.stop()]);
});

const overview = async () => (await callApi<Overview>(console, 'GET', '/overview')).body;
const partOf = (parts: Part[], id: string) => parts.find((part) => part.id === id || part.name === id);
/** Once it is as expected. */
const untilShown = (what: string, isShown: (shown: Overview) => unknown) =>
  until(what, async () => {
    const shown = await overview();
    return isShown(shown) ? shown : undefined;
  });
const CONSUMES = 'topic:orders.events consumes process:email';
const lagOf = (messages: number, seconds: number) => {
  const labels = '{broker="kafka",source="orders.events",consumer="email"}';
  return [`waybill_consumer_lag_messages${labels} ${messages}`, `waybill_consumer_lag_seconds${labels} ${seconds}`];
};

describe('the overview', () => {
  it('shows what responds, and what is away, with the reason', async () => {
    const { processes } = await overview();
    expect(processes).toMatchObject([
      { name: 'email', status: 'ready', memory: 1_000, copies: 1, lastSeen: expect.any(String) },
      { name: 'console', status: 'ready' },
      {
        name: 'gone',
        status: 'away',
        memory: null,
        copies: 0,
        lastSeen: null,
        failure: expect.stringContaining('ECONNREFUSED'),
      },
    ]);
  });

  it('names the check that fails, and the server as degraded or away', async () => {
    worker.checks = { postgres: { status: 'failing', reason: 'no connection' }, ...KAFKA };
    const { processes, nodes } = await untilShown(
      'not ready',
      (shown) => partOf(shown.processes, 'email')!.status === 'not ready',
    );
    expect(partOf(processes, 'email')!.checks).toContainEqual({
      name: 'postgres',
      status: 'failing',
      reason: 'no connection',
    });
    expect(partOf(nodes, 'database:email')).toMatchObject({ status: 'away', reason: 'email: no connection' });
    worker.checks = { postgres: { status: 'ok' }, ...KAFKA };
    await untilShown('ready again', (shown) => partOf(shown.processes, 'email')!.status === 'ready');
  });

  it('draws who consumes what from the contracts, and who publishes where from what processes say', async () => {
    worker.lines = ['waybill_outbox_published_total{target="rabbitmq",destination="email.send"} 5'];
    const { edges, nodes } = await untilShown('it is drawn', ({ edges }) =>
      partOf(edges, 'process:email publishes queue:email.send'),
    );
    expect(partOf(edges, CONSUMES)).toMatchObject({ from: 'topic:orders.events', to: 'process:email' });
    expect(partOf(nodes, 'topic:orders.events')).toMatchObject({ kind: 'topic', broker: 'kafka', status: 'ok' });
  });

  it('shows rates, and none that a restart makes negative', async () => {
    const handled = (count: number) => [
      '# TYPE waybill_messages_handled_total counter',
      `waybill_messages_handled_total{source="orders.events",type="x",outcome="done"} ${count}`,
    ];
    worker.lines = handled(100);
    await untilShown('it is read', ({ figures }) => figures.handled === 0);
    worker.lines = handled(140);
    const before = await untilShown('a rate', ({ figures }) => figures.handled! > 0);
    expect(partOf(before.edges, CONSUMES)!.rate).toBe(before.figures.handled);

    worker.startedAt += 1;
    worker.lines = handled(3);
    const { figures, processes } = await untilShown(
      'the restart',
      (shown) => partOf(shown.processes, 'email')!.restarts === 1,
    );
    expect(figures.handled).toBeGreaterThan(0);
    expect(partOf(processes, 'email')!.status).toBe('ready');
  });

  it('says who is behind, and for how long', async () => {
    measuring.lines = lagOf(7, 31);
    const { edges, figures } = await untilShown('the lag', ({ figures }) => figures.lagMessages === 7);
    expect(partOf(edges, CONSUMES)).toMatchObject({ status: 'behind', lag: { messages: 7, seconds: 31 } });
    expect(figures.lagSeconds).toBe(31);
  });

  it.each([
    ['paused', 'waybill_consumer_paused{source="orders.events"} 1'],
    ['held up', 'waybill_messages_waiting_for_dependency{source="orders.events"} 3'],
  ])('says that a consumer is %s', async (status, line) => {
    worker.lines = [line];
    await untilShown(`it is ${status}`, ({ edges }) => partOf(edges, CONSUMES)!.status === status);
    worker.lines = [];
  });

  it('shows nothing old as if it were alive: what nobody says any more is unknown, with when it was last heard of', async () => {
    measuring.lines = lagOf(7, 1);
    const { edges: known } = await untilShown('the lag', ({ figures }) => figures.lagSeconds === 1);
    measuring.lines = [];
    const { edges, figures } = await untilShown('it is unknown', ({ figures }) => figures.lagMessages === null);
    expect(partOf(edges, CONSUMES)).toMatchObject({ status: 'unknown', lag: null, deadLetters: null });
    expect(partOf(edges, CONSUMES)!.lastSeen! >= partOf(known, CONSUMES)!.lastSeen!).toBe(true);
    expect(figures.deadLetters).toBeNull();
  });

  it('knows of no dead letters where the process that collects them shows none', async () => {
    measuring.lines = ['# TYPE waybill_dead_letters_collected_total counter'];
    const { edges } = await untilShown('it collects', ({ figures }) => figures.deadLetters === 0);
    expect(partOf(edges, CONSUMES)!.deadLetters).toEqual({ messages: 0, seconds: 0 });
  });
});

describe('the stream', () => {
  const authorization = 'Bearer let-me-in';

  it('sends the whole overview again and again', async () => {
    const leave = new AbortController();
    const response = await fetch(`${base}/overview/events`, { headers: { authorization }, signal: leave.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const overviews = () =>
      [...text.matchAll(/^event: overview\ndata: (.+)\n\n/gm)].map(([, data]) => JSON.parse(data!));
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (overviews().length === 2) break;
    }
    leave.abort();
    const [first, second] = overviews();
    expect(Date.parse(second.at)).toBeGreaterThan(Date.parse(first.at));
    expect(second.processes).toHaveLength(3);
  });

  it('responds to HEAD with its head, and ends', async () => {
    const response = await fetch(`${base}/overview/events`, { method: 'HEAD', headers: { authorization } });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('the series', () => {
  it('has a value for each time, and nulls where nobody watched', async () => {
    const { body } = await callApi<{ source: string; step: number; times: string[]; series: Series[] }>(
      console,
      'GET',
      '/overview/series?range=15m',
    );
    expect([body.source, body.step, body.times.length]).toEqual(['console', 3, 300]);
    for (const { values } of body.series) expect(values).toHaveLength(300);
    const handled = body.series.find(({ name }) => name === 'handled')!.values;
    expect([handled[0], handled.some((value) => value !== null)]).toEqual([null, true]);
  });
});

interface Series {
  name: string;
  values: (number | null)[];
}

describe.each(['/overview', '/overview/events', '/overview/series'])('%s', (path) => {
  it('is for operators, and rejects what it does not know', async () => {
    const [nobody, odd] = [
      await callApi(console, 'GET', path, undefined, {}),
      await callApi(console, 'GET', `${path}?odd=1`),
    ];
    expect([nobody.status, odd.status]).toEqual([401, 400]);
  });
});
