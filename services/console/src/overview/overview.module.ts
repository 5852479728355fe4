import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import type { Logger } from '@waybill/platform';
import type { Config } from '../config.js';
import { EXTENSIONS } from './extensions.js';
import { OverviewController } from './overview.controller.js';
import { Overview } from './overview.js';
import { SeriesReader } from './series-reader.js';

@Module({ controllers: [OverviewController] })
export class OverviewModule {
  static with(
    { PROCESS_URLS: processUrls, EVENTS, TASKS, PROMETHEUS_URL: prometheusUrl }: Config,
    logger: Logger,
  ): DynamicModule {
    const overview = new Overview({
      processUrls,
      topology,
      brokers: { events: EVENTS, tasks: TASKS },
      extensions: EXTENSIONS.map((make) => make()),
      logger,
    });
    const { series, recorder } = overview;
    return {
      module: OverviewModule,
      providers: [
        { provide: Overview, useValue: overview },
        { provide: SeriesReader, useValue: new SeriesReader({ series, recorder, prometheusUrl, logger }) },
      ],
    };
  }
}
