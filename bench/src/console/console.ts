import autocannon from 'autocannon';
import { chromium } from 'playwright-core';
import { figure, median, method, quantile } from '../rounds.js';
import { ContenderSystem } from '../saga/contender-system.js';
import { root } from '../saga/contenders.js';
import { coresOver, sum, untilQuiet } from '../saga/cpu-meter.js';
import { DEAD_LETTERS, fill, ORDERS } from './fill.js';
import { OpenPage, PLACES } from './open-page.js';

const VISITS = 5;
/** In ms. */
const SHOWN_WITHIN = 1_000;
/** Of a core, of all processes of ours together. */
const LARGEST_LOAD = 0.03;
const OBSERVED_FOR = 60_000;
const LONGEST_LOAD_SECONDS = 600;
const SERVERS = ['postgres', 'rabbitmq', 'kafka', 'temporal', 'mail'];

/** How long the console's page takes, and what it takes of the system. */
export async function consolePage(): Promise<void> {
  method(
    'console',
    `A system with ${ORDERS} orders and ${DEAD_LETTERS} dead letters. Each page is opened ${VISITS} times in a new tab of a warm Chromium, from the navigation to its\n` +
      "  first row; the slowest of them counts. Then the CPU of all processes but the servers, over a minute each, with the overview open and with none; 'at its\n" +
      "  limit' is POST /orders by 20 connections as fast as it answers.",
  );
  const system = new ContenderSystem(
    { name: 'console', folder: root, saga: 'orchestration', goals: {} },
    process.env.WAYBILL_HOME!,
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void system.stop().finally(() => process.exit(1)));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // In a new window, Chromium loads pages of its own for its address bar: their CPU is not the console's.
    args: ['--no-sandbox', '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup'],
  });
  try {
    await system.start();
    const { endpoints } = system;
    const orderId = await fill(endpoints);
    const pages = await OpenPage.signedIn(browser, endpoints);
    const ours = Object.fromEntries(Object.entries(endpoints.processes).filter(([name]) => !SERVERS.includes(name)));

    await untilQuiet(endpoints.processes, 1);
    await visitAll(pages, orderId, 'at rest');

    await untilQuiet(endpoints.processes, 1);
    const none = sum(await coresOver(OBSERVED_FOR, ours));
    const overview = await pages.open('/');
    await untilQuiet(endpoints.processes, 1);
    const open = sum(await coresOver(OBSERVED_FOR, ours));
    await overview.close();
    const goal = { text: `at most ${LARGEST_LOAD * 100} %`, met: open - none <= LARGEST_LOAD };
    figure('CPU with no page open, of a core', percent(none));
    figure('CPU more with the overview open, of a core', percent(open - none), goal);

    const stop = placeOrders(endpoints.orderApi);
    await visitAll(pages, orderId, 'at its limit');
    stop();
  } finally {
    await browser.close();
    await system.stop();
  }
  system.removeData();
}

/** As fast as they are accepted. Returns a function that ends it. */
function placeOrders(orderApi: string): () => void {
  const options = {
    url: `${orderApi}/orders`,
    connections: 20,
    duration: LONGEST_LOAD_SECONDS,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      customerId: 'cus_1001',
      email: 'ada@example.com',
      items: [{ sku: 'BOOK-001', quantity: 1 }],
      paymentToken: 'tok_ok',
    }),
  } as const;
  const load = autocannon(options, () => {});
  return () => load.stop();
}

const percent = (cores: number) => `${(cores * 100).toFixed(1)} %`;

async function visitAll(pages: OpenPage, orderId: string, state: string): Promise<void> {
  for (const place of PLACES) {
    const times: number[] = [];
    for (let visit = 0; visit < VISITS; visit++) times.push(await pages.timeOf(place, orderId));
    const slowest = quantile(times, 1);
    const goal = { text: `at most ${SHOWN_WITHIN} ms`, met: slowest <= SHOWN_WITHIN };
    figure(`${place.name}, ${state}: median ${median(times).toFixed(0)} ms, slowest`, `${slowest.toFixed(0)} ms`, goal);
  }
}
