import type { Reading } from './reading.js';
import type { Series } from './series.js';

/** What an application adds to the overview of any system. */
export interface Extension {
  /** Name of its section in the snapshot. */
  name: string;
  /** JSON Schema of the section. */
  schema: object;
  series: readonly Series[];
  /** Metrics that the section reads. */
  gauges: readonly string[];
  /** Called with every reading; never rejects. */
  section(reading: Reading, processUrls: ReadonlyMap<string, string>): Promise<object>;
}
