import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import type { BodyOf, Contract } from '../contract/index.js';
import type { HandlerOptions } from '../handling/index.js';

export const HANDLES = 'waybill:handles';

export interface Handles {
  contract: Contract;
  options: HandlerOptions;
}

/**
 * Makes a class the handler of a contract, consumed from its topic or queue. List it among a module's providers;
 * `MessagingModule` finds it there. One class per contract in a service.
 */
export const Handles = <C extends Contract>(contract: C, options: HandlerOptions<BodyOf<C>> = {}): ClassDecorator =>
  applyDecorators(Injectable(), SetMetadata(HANDLES, { contract, options } satisfies Handles));
