import type { Figure, ResultRow } from '@waybill/system';
import { median } from '../rounds.js';
import type { Broker, Client } from './broker.js';

/** Of contenders. */
export type FiguresByName = ReadonlyMap<string, Figure>;

/** A client of a broker: a row of a table. */
export interface Contender {
  name: string;
  broker: Broker;
  client: Client;
  isOurs: boolean;
}

export const contendersOf = (brokers: readonly Broker[]): Contender[] =>
  brokers.flatMap((broker) =>
    broker.clients.map((client, n) => ({ name: `${broker.name}, ${client.name}`, broker, client, isOurs: n > 0 })),
  );

/** With each broker's settings by default, where they promise less. */
export const byDefault = (brokers: readonly Broker[]): Contender[] =>
  brokers.flatMap((broker) =>
    broker.byDefault
      ? [
          {
            name: `${broker.name}, ${broker.byDefault.name}, not fsynced`,
            broker,
            client: broker.byDefault,
            isOurs: false,
          },
        ]
      : [],
  );

/**
 * The contenders one after the other, and all of them again: what else the machine does affects all alike. The first round warms
 * up and is not counted. Medians by name.
 */
export async function byTurns(
  rounds: number,
  contenders: readonly Contender[],
  measure: (contender: Contender) => Promise<number>,
): Promise<FiguresByName> {
  const measured = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const value = await measure(contender);
      if (round > 0) measured.get(contender.name)!.push(value);
    }
  }
  return new Map(
    [...measured].map(([name, values]) => {
      const figure = { value: median(values), unit: '/s' as const, rounds: values.map(Math.round) };
      console.log(
        `    ${name.padEnd(34)} ${figure.value.toFixed(0).padStart(8)}/s   rounds: ${figure.rounds.join(' ')}`,
      );
      return [name, figure];
    }),
  );
}

/** A row for each contender, with an empty cell where it was not measured. */
export const rowsOf = (contenders: readonly Contender[], columns: readonly FiguresByName[]): ResultRow[] =>
  contenders.map(({ name }) => ({ name, cells: columns.map((figures) => figures.get(name) ?? null) }));

/** Says which case is measured: `1 KiB, one by one`. */
export const progress = (text: string): void => console.log(`  ${text}`);
