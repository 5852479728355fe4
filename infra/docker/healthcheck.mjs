/** Exits with 0 when the process in this container is ready, otherwise prints what is missing and exits with 1. */
import { get } from 'node:http';

const request = get({ port: process.env.PORT, path: '/health/ready', timeout: 3_000 }, (response) => {
  if (response.statusCode === 200) process.exit(0);
  response.pipe(process.stdout);
  response.once('end', () => process.exit(1));
});
request.once('timeout', () => request.destroy(new Error('no response within 3 s')));
request.once('error', (error) => {
  console.log(error.message);
  process.exit(1);
});
