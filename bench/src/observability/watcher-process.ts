import { createServer } from 'node:http';
import { json, text } from 'node:stream/consumers';

const SCRAPE_INTERVAL = 15_000;

let spans = 0;
let scraped: string[] = [];

/** Receives traces, and reads the metrics of `PUT /scraped` as Prometheus does. */
const server = createServer(async (request, response) => {
  if (request.method === 'POST') spans += (await text(request)).match(/"spanId"/g)?.length ?? 0;
  if (request.method === 'PUT') scraped = (await json(request)) as string[];
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ spans }));
});
server.listen(Number(process.env.PORT), process.env.HOST);
const scrape = () => Promise.allSettled(scraped.map(async (url) => (await fetch(`${url}/metrics`)).text()));
const timer = setInterval(() => void scrape(), SCRAPE_INTERVAL);

process.once('SIGTERM', () => {
  clearInterval(timer);
  server.closeAllConnections();
  server.close();
});
