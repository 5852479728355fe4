import type { Broker } from './broker.js';
import { byTurns, contendersOf, rowsOf } from './contenders.js';

const client = (name: string) => ({ name, open: () => Promise.reject(new Error('not opened here')) });
const broker = (name: string, ...clients: string[]) => ({ name, clients: clients.map(client) }) as unknown as Broker;
const contenders = contendersOf([broker('A', 'bare', 'Waybill'), broker('B', 'bare')]);

it('the first client of a broker is the bare one', () => {
  expect(contenders.map(({ name, isOurs }) => [name, isOurs])).toEqual([
    ['A, bare', false],
    ['A, Waybill', true],
    ['B, bare', false],
  ]);
});

it('contenders take turns, and the first round is not counted', async () => {
  const turns: string[] = [];
  const figures = await byTurns(2, contenders, async ({ name }) => turns.push(name));
  expect(turns.slice(0, 4)).toEqual(['A, bare', 'A, Waybill', 'B, bare', 'A, bare']);
  expect(figures.get('A, bare')).toEqual({ value: 5.5, unit: '/s', rounds: [4, 7] });
});

it('who was not measured has an empty cell', async () => {
  const figures = await byTurns(1, contenders.slice(0, 1), async () => 1);
  expect(rowsOf(contenders, [figures]).map(({ cells }) => cells[0]?.value ?? null)).toEqual([1, null, null]);
});
