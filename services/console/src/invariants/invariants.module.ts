import { type DynamicModule, Module } from '@nestjs/common';
import { Launcher } from '../faults/launcher.js';
import { InvariantsController } from './invariants.controller.js';
import { type Check, InvariantsWatch } from './invariants-watch.js';

/** The launcher runs the checker of `npm run invariants`. */
@Module({ controllers: [InvariantsController] })
export class InvariantsModule {
  static with({ LAUNCHER_SOCKET }: { LAUNCHER_SOCKET?: string | undefined }): DynamicModule {
    const launcher = new Launcher(LAUNCHER_SOCKET);
    const check: Check = () => launcher.call('GET', '/invariants');
    const watch = new InvariantsWatch({ check });
    return { module: InvariantsModule, providers: [{ provide: InvariantsWatch, useValue: watch }] };
  }
}
