import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type Contract, readableTypes } from '../contract/index.js';
import type { Handler, Registration } from '../handling/index.js';
import { HANDLES, type Handles } from './handles.decorator.js';

/** All handlers of the application, by the messages they handle. */
@Injectable()
export class HandlerRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * By message type, earlier versions that a handler's contract replaces included. Throws when a type has two handlers, or a
   * handler is not a singleton.
   */
  of(kind: 'topic' | 'queue'): Map<string, Registration> {
    const registrations = new Map<string, Registration>();
    for (const registration of this.all()) {
      const { contract, handler } = registration;
      if (contract.destination.kind !== kind) continue;
      for (const type of readableTypes(contract)) {
        const other = registrations.get(type)?.handler;
        if (other && other !== handler) throw new Error(`${nameOf(handler)} and ${nameOf(other)} both handle ${type}`);
        registrations.set(type, registration);
      }
    }
    return registrations;
  }

  /** However they are provided: as a class, by `useFactory`, `useValue` or `useExisting`. */
  private *all(): Iterable<Registration> {
    for (const provider of this.discovery.getProviders()) {
      const instance = provider.instance as Partial<Handler<Contract>> | undefined;
      const type = instance ? Object.getPrototypeOf(instance)?.constructor : provider.metatype;
      const handles: Handles | undefined = type && Reflect.getMetadata(HANDLES, type);
      if (!handles) continue;
      const isSingleton = provider.isDependencyTreeStatic?.() ?? true;
      if (!isSingleton || typeof instance?.handle !== 'function')
        throw new Error(`the handler of ${handles.contract.type} must be a singleton with a handle()`);
      const handler = instance as Handler<Contract>;
      yield { ...handles, options: { ...handles.options, ...handler.options }, handler };
    }
  }
}

const nameOf = (handler: object): string => handler.constructor.name;

/** The topics or queues that these handlers consume. */
export const sourcesOf = (registrations: ReadonlyMap<string, Registration>): string[] => [
  ...new Set([...registrations.values()].map(({ contract }) => contract.destination.name)),
];
