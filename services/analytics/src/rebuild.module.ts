import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HandlerRegistry } from '@waybill/messaging/nest';
import { HANDLERS } from './handlers/index.js';
import { OrderFactsRepository } from './persistence/order-facts.repository.js';

/** The handlers of the projection without the service around them. */
@Module({ imports: [DiscoveryModule], providers: [...HANDLERS, OrderFactsRepository, HandlerRegistry] })
export class RebuildModule {}
