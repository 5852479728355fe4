import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { ConsumerSwitch } from './consumer-switch.js';
import { ProcessConsumersController } from './consumers.controller.js';
import { addressesOf } from './copy-addresses.js';

/** Changes what processes do, in all of their copies. */
@Module({ controllers: [ProcessConsumersController] })
export class ProcessesModule {
  static with({ PROCESS_URLS, OPERATOR_TOKEN }: Config): DynamicModule {
    const consumers = new ConsumerSwitch(addressesOf(PROCESS_URLS), OPERATOR_TOKEN);
    return { module: ProcessesModule, providers: [{ provide: ConsumerSwitch, useValue: consumers }] };
  }
}
