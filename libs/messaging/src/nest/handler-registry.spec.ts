import type { DiscoveryService } from '@nestjs/core';
import { z } from 'zod';
import { defineQueue, defineTask } from '../contract/index.js';
import type { Handler, HandlerOptions } from '../handling/index.js';
import { HandlerRegistry } from './handler-registry.js';
import { Handles } from './handles.decorator.js';

const Weigh = defineTask({
  type: 'test.Weigh.v1',
  queue: defineQueue({ name: 'parcels' }),
  subject: () => '',
  schema: z.object({}),
});

@Handles(Weigh, { retries: 5, timeLimit: 100 })
class WeighHandler implements Handler<typeof Weigh> {
  constructor(readonly options?: HandlerOptions) {}
  async handle() {}
}

const optionsOf = (handler: WeighHandler) => {
  const provider = { instance: handler, isDependencyTreeStatic: () => true };
  const discovery = { getProviders: () => [provider] } as unknown as DiscoveryService;
  return new HandlerRegistry(discovery).of('queue').get(Weigh.type)?.options;
};

describe("a handler's options", () => {
  it('are those it was declared with', () => {
    expect(optionsOf(new WeighHandler())).toEqual({ retries: 5, timeLimit: 100 });
  });

  it('that are settings win over declared ones', () => {
    expect(optionsOf(new WeighHandler({ retries: 1 }))).toEqual({ retries: 1, timeLimit: 100 });
  });
});
