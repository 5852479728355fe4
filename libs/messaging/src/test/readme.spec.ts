import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { backingServices, freshDatabase, freshTopics, freshVhost, readmeProgram, runProgram } from '@waybill/testing';

const file = (path: string) => new URL(`../../${path}`, import.meta.url);
const readme = readmeProgram(file('README.md'));
/** The topics and the group of the program, which other tests of the same broker would find. */
const topics = freshTopics('shop');
afterAll(() => topics.drop());

describe('the README', () => {
  it('shows the program that is run here', () => {
    expect(readme.code).toBe(readFileSync(file('src/test/readme.example.ts'), 'utf8'));
  });

  it('says what its program prints: an event is handled, and the task that its handler sends', async () => {
    const [database, vhost] = await Promise.all([freshDatabase(), freshVhost()]);
    const env = {
      DATABASE_URL: database.url,
      RABBITMQ_URL: vhost.url,
      KAFKA_BROKERS: backingServices().kafka,
      PORT: '0',
    };
    await runProgram(fileURLToPath(file('dist/test/readme.example.js')), { env, ...readme });
    expect(readme.prints).toEqual(['thank you for o1']);
    expect((await database.pool.query('SELECT * FROM seen')).rows).toEqual([{ order_id: 'o1' }]);
    await Promise.all([database.drop(), vhost.drop()]);
  });
});
