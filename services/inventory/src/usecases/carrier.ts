import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ShipmentDelivered, ShipmentDispatched } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { Database, Logger } from '@waybill/platform';
import { ShipmentRepository } from '../persistence/shipment.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';

const POLL_INTERVAL = 250;
const RETRY_DELAY = 2_000;
const BATCH_SIZE = 50;

/** Delays in milliseconds. */
export class CarrierTimes {
  constructor(
    readonly dispatchAfter: number,
    readonly deliverAfter: number,
  ) {}
}

/**
 * Simulates the carrier: dispatches the shipments that are due and delivers them later. Any number of processes may run
 * it; row locks keep them off each other's shipments.
 */
@Injectable()
export class Carrier implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly shipments: ShipmentRepository,
    private readonly stock: StockRepository,
    private readonly outbox: MessageOutbox,
    private readonly times: CarrierTimes,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.runUntilStopped();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const moved = (await this.dispatch()) + (await this.deliver());
        if (moved < BATCH_SIZE) await sleep(POLL_INTERVAL, undefined, { signal: this.stopping.signal }).catch(() => {});
      } catch (error) {
        this.logger.warn({ err: error }, 'the carrier failed and will retry');
        await sleep(RETRY_DELAY, undefined, { signal: this.stopping.signal }).catch(() => {});
      }
    }
  }

  /** Stock, reservations, shipments and their events change in one commit. */
  private dispatch(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const shipments = await this.shipments.dispatchDue(tx, BATCH_SIZE, this.times.deliverAfter);
      if (!shipments.length) return 0;
      await this.stock.ship(tx, shipments);
      const dispatchedAt = new Date().toISOString();
      const events = shipments.map(({ status: _, ...shipment }) =>
        ShipmentDispatched.of({ ...shipment, dispatchedAt }),
      );
      await this.outbox.add(tx, ...events);
      return shipments.length;
    });
  }

  private deliver(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const shipments = await this.shipments.deliverDue(tx, BATCH_SIZE);
      if (!shipments.length) return 0;
      const deliveredAt = new Date().toISOString();
      const events = shipments.map(({ status: _, ...shipment }) => ShipmentDelivered.of({ ...shipment, deliveredAt }));
      await this.outbox.add(tx, ...events);
      return shipments.length;
    });
  }
}
