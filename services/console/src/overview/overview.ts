import type { Logger } from '@waybill/platform';
import { metricsParser } from '@waybill/platform/metrics-text';
import { CopyAddresses } from '../processes/copy-addresses.js';
import { ProcessReader, type ProcessReading } from '../processes/process-reader.js';
import { BACKLOG_GAUGES } from './backlog-figures.js';
import { Counters } from './counters.js';
import type { Extension } from './extension.js';
import { type Figures, figuresOf } from './figures.js';
import { Picture, type PictureOptions } from './picture.js';
import { ProcessStates, timeOf } from './process-states.js';
import { Reading } from './reading.js';
import { RANGES, Recorder } from './recorder.js';
import type { Series } from './series.js';
import { SYSTEM_SERIES } from './system-series.js';
import { Watchers } from './watchers.js';

export interface OverviewOptions extends PictureOptions {
  /** Base URLs of all processes. */
  processUrls: ReadonlyMap<string, string>;
  extensions: readonly Extension[];
  logger: Logger;
  /** Between two readings, in ms. Default: the step of the shorter charts. */
  interval?: number;
  /** How long it goes on after a single request, in ms. Default 10,000. */
  lookFor?: number;
}

/** The system at one moment. */
export interface Snapshot {
  at: string;
  figures: Figures;
  processes: ReturnType<ProcessStates['read']>;
  nodes: ReturnType<Picture['draw']>['nodes'];
  edges: ReturnType<Picture['draw']>['edges'];
  [section: string]: unknown;
}

/** What figures of a process are read beside what is counted and shown. */
const PROCESS_METRICS = ['process_start_time_seconds', 'process_cpu_seconds_total', 'process_resident_memory_bytes'];
const CALLS = String.raw`\w+_call_seconds_count`;
/** Of the rates in the picture, in ms. */
const RATE_WINDOW = 10_000;

/** Reads all processes every three seconds, but only while somebody watches. */
export class Overview {
  readonly series: readonly Series[];
  readonly recorder: Recorder;
  readonly watchers: Watchers<Snapshot>;
  private readonly readers: readonly ProcessReader[];
  private readonly counters: Counters;
  private readonly picture: Picture;
  private readonly states = new ProcessStates();

  constructor(private readonly options: OverviewOptions) {
    const { processUrls, extensions, logger, interval = RANGES['15m'].step, lookFor = 10_000 } = options;
    this.series = [...SYSTEM_SERIES, ...extensions.flatMap(({ series }) => series)];
    this.recorder = new Recorder(this.series);
    const counted = this.series.flatMap((one) => one.counted ?? []);
    this.counters = new Counters(counted);
    this.picture = new Picture(options);
    const parse = metricsParser(
      new Set([
        ...PROCESS_METRICS,
        CALLS,
        ...BACKLOG_GAUGES,
        ...counted.map(({ metric }) => metric),
        ...extensions.flatMap(({ gauges }) => gauges),
      ]),
    );
    this.readers = [...processUrls].map(([name, url]) => new ProcessReader(name, new CopyAddresses(url), parse));
    this.watchers = new Watchers(() => this.take(), {
      interval,
      lookFor,
      onError: (error) => logger.error({ err: error }, 'could not read the system: the overview shows an old state'),
      onRest: () => this.rest(),
    });
  }

  private async take(): Promise<Snapshot> {
    const at = Date.now();
    const processes = await Promise.all(this.readers.map((reader) => reader.read()));
    for (const process of processes) this.count(process);
    const reading = new Reading(at, processes, this.counters.read());
    this.recorder.add(reading);
    const window = this.recorder.windowOf(reading, RATE_WINDOW);
    const states = this.states.read(reading);
    const { nodes, edges } = this.picture.draw(reading, states, window);
    return {
      at: timeOf(at),
      figures: figuresOf({ reading, window, nodes, edges, processes: states }),
      processes: states,
      nodes,
      edges,
      ...(await this.sections(reading)),
    };
  }

  private count({ process, copies }: ProcessReading): void {
    for (const { url, metrics } of copies) {
      const start = metrics?.samples.get('process_start_time_seconds')?.[0]?.value;
      if (metrics && start !== undefined) this.counters.add(process, { url, start, metrics });
    }
  }

  private async sections(reading: Reading): Promise<Record<string, object>> {
    const sections = this.options.extensions.map(async ({ name, section }) => {
      const content = await section(reading, this.options.processUrls);
      return [name, content] as const;
    });
    return Object.fromEntries(await Promise.all(sections));
  }

  /** Nobody watches any more: rates across the pause would be wrong. */
  private rest(): void {
    this.counters.forgetCopies();
    this.states.forgetCpu();
    this.recorder.interrupt();
  }
}
