import { figure, median, quantile } from '../rounds.js';
import type { Contender } from './contenders.js';
import { type ByProcess, sum } from './cpu-meter.js';
import type { Figures } from './measure.js';

/** A contender and its figures over all rounds: medians, and the latencies of every round. */
export interface Result extends Figures {
  contender: Contender;
}

/** One line for a turn, or for all of them. */
export function summary({ ordersPerSecond, cpuPerOrder, rest, latencies }: Figures): string {
  const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return (
    `${ordersPerSecond.toFixed(1).padStart(6)} orders/s  ${sum(cpuPerOrder).toFixed(0).padStart(4)} ms CPU an order  ` +
    `${sum(rest).toFixed(3)} cores at rest  POST to CONFIRMED p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`
  );
}

export function resultOf(contender: Contender, rounds: readonly Figures[]): Result {
  return {
    contender,
    rest: medians(rounds.map(({ rest }) => rest)),
    latencies: rounds.flatMap(({ latencies }) => latencies),
    ordersPerSecond: median(rounds.map(({ ordersPerSecond }) => ordersPerSecond)),
    cpuPerOrder: medians(rounds.map(({ cpuPerOrder }) => cpuPerOrder)),
  };
}

/** Of each process, over the rounds. */
function medians(rounds: readonly ByProcess[]): ByProcess {
  const names = Object.keys(rounds[0]!);
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name]!))]));
}

/** A row for each process, a column for each contender. */
export function cpuTable(results: readonly Result[]): string {
  const column = (what: string, valuesOf: (result: Result) => ByProcess, digits: number) => {
    const names = [...new Set(results.flatMap((result) => Object.keys(valuesOf(result))))];
    const row = (name: string, cells: string[]) =>
      `    ${name.padEnd(22)}${cells.map((cell) => cell.padStart(15)).join('')}`;
    const cell = (value: number | undefined) => value?.toFixed(digits) ?? '-';
    return [
      row(
        what,
        results.map(({ contender }) => contender.name),
      ),
      ...names.map((name) =>
        row(
          name,
          results.map((result) => cell(valuesOf(result)[name])),
        ),
      ),
      row(
        'all together',
        results.map((result) => cell(sum(valuesOf(result)))),
      ),
    ].join('\n');
  };
  return [
    column('ms CPU an order', ({ cpuPerOrder }) => cpuPerOrder, 1),
    column('cores at rest', ({ rest }) => rest, 3),
  ].join('\n\n');
}

/** Compared with the baseline where there is something to compare with. */
export function goals({ contender, ...figures }: Result, baseline: Result): void {
  const { name, goals } = contender;
  const rate = figures.ordersPerSecond / baseline.ordersPerSecond;
  const cpu = sum(figures.cpuPerOrder) / sum(baseline.cpuPerOrder);
  const of = baseline.contender.name;
  compare(`${name}: orders a second / ${of}`, rate.toFixed(2), rate, goals.rate, 'at least');
  compare(`${name}: CPU an order / ${of}`, cpu.toFixed(2), cpu, goals.cpu, 'at most');
  const [p50, p99] = [quantile(figures.latencies, 0.5), quantile(figures.latencies, 0.99)];
  compare(`${name}: POST to CONFIRMED, p50, ms`, p50.toFixed(0), p50, goals.p50, 'under');
  compare(`${name}: POST to CONFIRMED, p99, ms`, p99.toFixed(0), p99, goals.p99, 'under');
  const rest = sum(figures.rest);
  compare(`${name}: cores at rest`, rest.toFixed(3), rest, goals.rest, 'under');
}

type Comparison = 'at least' | 'at most' | 'under';

function compare(what: string, shown: string, value: number, goal: number | undefined, how: Comparison): void {
  const isMet = { 'at least': value >= goal!, 'at most': value <= goal!, under: value < goal! }[how];
  figure(what, shown, goal === undefined ? undefined : { text: `${how} ${goal}`, met: isMet });
}
