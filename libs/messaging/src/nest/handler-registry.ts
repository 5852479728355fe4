import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type Contract, readableTypes } from '../contract/index.js';
import type { Handler, Registration } from '../handling/index.js';
import { HANDLES, type Handles } from './handles.decorator.js';

/** All handlers of the application, by what they take. */
@Injectable()
export class HandlerRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /** By message type, earlier versions that a handler's contract replaces included. Throws when two handlers take the same. */
  of(kind: 'topic' | 'queue'): Map<string, Registration> {
    const registrations = new Map<string, Registration>();
    for (const { metatype, instance } of this.discovery.getProviders()) {
      const handles: Handles | undefined = metatype && Reflect.getMetadata(HANDLES, metatype);
      if (handles?.contract.destination.kind !== kind) continue;
      for (const type of readableTypes(handles.contract)) {
        if (registrations.has(type)) throw new Error(`two handlers take ${type}`);
        registrations.set(type, { ...handles, handler: instance as Handler<Contract> });
      }
    }
    return registrations;
  }
}

/** The topics or queues that these handlers take from. */
export const sourcesOf = (registrations: ReadonlyMap<string, Registration>): string[] => [
  ...new Set([...registrations.values()].map(({ contract }) => contract.destination.name)),
];
