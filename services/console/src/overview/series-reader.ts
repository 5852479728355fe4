import type { Logger } from '@waybill/platform';
import { timeOf } from './process-states.js';
import { PrometheusSeries } from './prometheus.js';
import { type Range, type Recorder, type Table } from './recorder.js';
import type { Series } from './series.js';

export interface SeriesReaderOptions {
  series: readonly Series[];
  recorder: Recorder;
  /** Default: the console's own time series. */
  prometheusUrl?: string | undefined;
  logger: Logger;
}

/** The charts' series: of Prometheus where there is one, otherwise what the console itself recorded while somebody watched. */
export class SeriesReader {
  private readonly prometheus: PrometheusSeries | undefined;

  constructor(private readonly options: SeriesReaderOptions) {
    const { prometheusUrl, series } = options;
    this.prometheus = prometheusUrl ? new PrometheusSeries(prometheusUrl, series) : undefined;
  }

  async read(range: Range) {
    const { series } = this.options;
    const { source, times, values, step } = await this.table(range);
    return {
      source,
      range,
      step: step / 1_000,
      times: times.map(timeOf),
      series: series.map(({ name, title, panel, unit }, n) => ({ name, title, panel, unit, values: values[n]! })),
    };
  }

  private async table(range: Range): Promise<Table & { source: 'prometheus' | 'console' }> {
    const { recorder, logger } = this.options;
    const now = Date.now();
    const known = await this.prometheus?.read(range, now).catch((error) => {
      logger.warn({ err: error }, 'Prometheus does not respond: the charts show what the console recorded itself');
      return undefined;
    });
    return known ? { source: 'prometheus', ...known } : { source: 'console', ...recorder.read(range, now) };
  }
}
