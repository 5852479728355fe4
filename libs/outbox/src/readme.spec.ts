import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshDatabase, readmeProgram, runProgram } from '@waybill/testing';

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const readme = readmeProgram(file('README.md'));

describe('the README', () => {
  it('shows the program that is run here', () => {
    expect(readme.code).toBe(readFileSync(file('src/readme.example.ts'), 'utf8'));
  });

  it('says what its program prints: what a transaction added is published', async () => {
    const { url, pool, drop } = await freshDatabase();
    await runProgram(fileURLToPath(file('dist/readme.example.js')), { env: { DATABASE_URL: url }, ...readme });
    expect(readme.prints).toEqual(['inventory.ship: {"orderId":"o1"}']);
    expect((await pool.query('SELECT * FROM orders')).rows).toEqual([{ id: 'o1', status: 'PAID' }]);
    expect((await pool.query('SELECT * FROM waybill.outbox')).rows).toEqual([]);
    await drop();
  });
});
