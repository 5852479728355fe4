import { Injectable } from '@nestjs/common';
import { ConsumerControl, type ConsumerState, metric } from '@waybill/outbox';
import { Gauge } from 'prom-client';
import { DEFAULT_NAMESPACE } from '../contract/index.js';
import { MessagingOptions } from './messaging.options.js';

/** What a transport consumes, and how. */
export interface Pausable {
  name: string;
  kind: ConsumerState['kind'];
  broker: string;
  /** Takes no more messages; resolves when those in flight have ended. */
  pause(): Promise<void>;
  resume(): void;
}

interface Source extends Pausable {
  pausedAt?: Date | undefined;
  /** The latest pause, while messages are in flight. */
  ending?: Promise<void> | undefined;
}

/** What this process consumes, whatever carries it, and what an operator has paused of it. */
@Injectable()
export class ConsumerPauses extends ConsumerControl {
  private readonly sources: Source[] = [];
  private readonly gauge: Gauge;

  constructor(private readonly options: MessagingOptions) {
    super();
    this.gauge = metric(
      `${options.namespace ?? DEFAULT_NAMESPACE}_consumer_paused`,
      (name) =>
        new Gauge({
          name,
          help: 'Whether an operator has paused the consumption of a queue or topic in this process: 1 or 0',
          labelNames: ['source'],
        }),
    );
  }

  add(...sources: Pausable[]): void {
    this.sources.push(...sources);
    for (const { name } of sources) this.gauge.set({ source: name }, 0);
  }

  list(): ConsumerState[] {
    return this.sources.map((source) => this.stateOf(source));
  }

  pause(name: string): ConsumerState[] {
    return this.each(name, (source) => {
      if (source.pausedAt) return;
      this.options.logger.info({ source: source.name }, 'an operator has paused this consumer');
      source.pausedAt = new Date();
      const ending = source.pause().finally(() => {
        if (source.ending === ending) source.ending = undefined;
      });
      source.ending = ending;
    });
  }

  resume(name: string): ConsumerState[] {
    return this.each(name, (source) => {
      if (!source.pausedAt) return;
      this.options.logger.info({ source: source.name }, 'an operator has resumed this consumer');
      source.pausedAt = undefined;
      source.ending = undefined;
      source.resume();
    });
  }

  /** For readiness: undefined when none of these is paused. */
  noteOf(kind: ConsumerState['kind']): string | undefined {
    const paused = this.sources.filter((source) => source.kind === kind && source.pausedAt);
    return paused.length ? `paused by an operator: ${paused.map(({ name }) => name).join(', ')}` : undefined;
  }

  private each(name: string, change: (source: Source) => void): ConsumerState[] {
    const named = this.sources.filter((source) => [source.name, this.options.service].includes(name));
    return named.map((source) => {
      change(source);
      this.gauge.set({ source: source.name }, source.pausedAt ? 1 : 0);
      return this.stateOf(source);
    });
  }

  private stateOf({ name, kind, broker, pausedAt, ending }: Source): ConsumerState {
    const { service: consumer } = this.options;
    const state = pausedAt ? (ending ? 'pausing' : 'paused') : 'running';
    return { name, kind, consumer, broker, state, pausedAt: pausedAt?.toISOString() ?? null };
  }
}
