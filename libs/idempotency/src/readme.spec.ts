import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshDatabase, readmeProgram, runProgram } from '@waybill/testing';

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const readme = readmeProgram(file('README.md'));

describe('the README', () => {
  it('shows the program that is run here', () => {
    expect(readme.code).toBe(readFileSync(file('src/readme.example.ts'), 'utf8'));
  });

  it('says what its program prints: two requests make one order, two deliveries one reservation', async () => {
    const { url, pool, drop } = await freshDatabase();
    await runProgram(fileURLToPath(file('dist/readme.example.js')), { env: { DATABASE_URL: url }, ...readme });
    expect(readme.prints).toHaveLength(4);
    expect((await pool.query('SELECT * FROM orders')).rows).toEqual([{ id: 1, item: 'Emma' }]);
    expect((await pool.query('SELECT * FROM reservations')).rows).toEqual([{ item: 'Emma' }]);
    await drop();
  });
});
