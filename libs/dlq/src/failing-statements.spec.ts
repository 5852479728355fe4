import type { Tx } from '@waybill/outbox';
import { Collector } from './collector.js';
import { aDeadLetter, type DeadLetterHarness, deadLetterDatabase, quiet } from './dead-letters.fixture.js';

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

/** A collector whose first statements of this kind fail. */
function collectorFailing(statement: RegExp, code: string, times: number): Collector {
  let left = times;
  const failing = (tx: Tx): Tx => ({
    query: (sql, params) =>
      statement.test(sql) && left-- > 0
        ? Promise.reject(Object.assign(new Error('failed'), { code }))
        : tx.query(sql, params),
  });
  return new Collector({
    database: { ...database, transaction: (work) => database.transaction((tx) => work(failing(tx))) },
    logger: quiet,
  });
}

const STATEMENTS = { letter: /INTO waybill\.dead_letters/, history: /INTO waybill\.dead_letter_history/ };
const each = (codes: readonly string[]) =>
  Object.entries(STATEMENTS).flatMap(([name, sql]) => codes.map((code) => [name, code, sql] as const));

const stored = async (code: string, name: string) =>
  (
    await database.pool.query('SELECT error, body FROM waybill.dead_letters WHERE body = $1', [
      Buffer.from(`${name} ${code}`),
    ])
  ).rows;

describe('when its statement fails', () => {
  it.each(each(['08006', '25006', '53100', '53300', '57014', '57P01', '40001', '40P01']))(
    '(%s) with %s, a dead letter is stored once, later',
    async (name, code, sql) => {
      const deadLetter = aDeadLetter({ messageId: `${name} ${code}`, body: Buffer.from(`${name} ${code}`) });
      expect(await collectorFailing(sql, code, 2).collect(deadLetter)).toBe(true);
      expect(await stored(code, name)).toHaveLength(1);
    },
  );

  it.each(each(['22021', '22P05', '23505', '54000']))(
    '(%s) with %s, a dead letter is stored with its body and without its texts',
    async (name, code, sql) => {
      const deadLetter = aDeadLetter({ messageId: `${name} ${code}`, body: Buffer.from(`${name} ${code}`) });
      expect(await collectorFailing(sql, code, 1).collect(deadLetter)).toBe(true);
      expect(await stored(code, name)).toMatchObject([{ error: expect.stringContaining(code) }]);
    },
  );
});
