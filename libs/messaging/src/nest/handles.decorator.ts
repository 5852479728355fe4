import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import type { Contract } from '../contract/index.js';
import type { HandlerOptions } from '../handling/index.js';

export const HANDLES = 'waybill:handles';

export interface Handles {
  contract: Contract;
  options: HandlerOptions;
}

/**
 * Makes a class the handler of a contract, from its topic or queue. List it among a module's providers; the rest is the
 * MessagingModule's. One class an contract in a service.
 */
export const Handles = (contract: Contract, options: HandlerOptions = {}): ClassDecorator =>
  applyDecorators(Injectable(), SetMetadata(HANDLES, { contract, options } satisfies Handles));
