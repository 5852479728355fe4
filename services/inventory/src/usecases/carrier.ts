import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ShipmentDelivered, ShipmentDispatched } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { PeriodicJob } from '@waybill/outbox';
import { Database, Logger } from '@waybill/platform';
import { ShipmentRepository } from '../persistence/shipment.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';

const POLL_INTERVAL = 500;
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
  private readonly job: PeriodicJob;

  constructor(
    private readonly database: Database,
    private readonly shipments: ShipmentRepository,
    private readonly stock: StockRepository,
    private readonly outbox: MessageOutbox,
    private readonly times: CarrierTimes,
    logger: Logger,
  ) {
    const work = () => this.move();
    this.job = new PeriodicJob({ does: 'dispatch or deliver shipments', interval: POLL_INTERVAL, work, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** True when more shipments may be due. */
  private async move(): Promise<boolean> {
    const moved = (await this.dispatch()) + (await this.deliver());
    return moved >= BATCH_SIZE;
  }

  /** Stock, reservations, shipments and their events change in one commit. */
  private dispatch(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const shipments = await this.shipments.dispatchDue(tx, BATCH_SIZE, this.times.deliverAfter);
      if (!shipments.length) return 0;
      await this.stock.ship(tx, shipments);
      const dispatchedAt = new Date().toISOString();
      const events = shipments.map(({ status: _, traceparent, ...shipment }) => ({
        ...ShipmentDispatched.of({ ...shipment, dispatchedAt }),
        traceparent,
      }));
      await this.outbox.add(tx, ...events);
      return shipments.length;
    });
  }

  private deliver(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const shipments = await this.shipments.deliverDue(tx, BATCH_SIZE);
      if (!shipments.length) return 0;
      const deliveredAt = new Date().toISOString();
      const events = shipments.map(({ status: _, traceparent, ...shipment }) => ({
        ...ShipmentDelivered.of({ ...shipment, deliveredAt }),
        traceparent,
      }));
      await this.outbox.add(tx, ...events);
      return shipments.length;
    });
  }
}
