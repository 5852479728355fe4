import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshDatabase, freshVhost, readmeProgram, runProgram } from '@waybill/testing';

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const readme = readmeProgram(file('README.md'));

describe('the README', () => {
  it('shows the program that is run here', () => {
    expect(readme.code).toBe(readFileSync(file('src/readme.example.ts'), 'utf8'));
  });

  it('says what its program prints: one of three dead letters is corrected and resubmitted, the others are discarded', async () => {
    const [database, vhost] = await Promise.all([freshDatabase(), freshVhost()]);
    const env = { DATABASE_URL: database.url, RABBITMQ_URL: vhost.url };
    await runProgram(fileURLToPath(file('dist/readme.example.js')), { env, ...readme });
    expect(readme.prints).toEqual(['to be discarded: 2', 'parcels.weigh: {"parcel":1}', 'still waiting: 0']);
    const { rows } = await database.pool.query('SELECT status FROM waybill.dead_letters ORDER BY status');
    expect(rows.map(({ status }) => status)).toEqual(['discarded', 'discarded', 'resubmitted']);
    await Promise.all([database.drop(), vhost.drop()]);
  });
});
