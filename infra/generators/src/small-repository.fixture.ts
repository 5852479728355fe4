import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** As much of a repository as the generators read, with messages about parcels. */
export class SmallRepository {
  readonly root = mkdtempSync(join(tmpdir(), 'generators-'));

  constructor() {
    for (const [path, content] of Object.entries(FILES)) this.write(path, content);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

const FILES: Record<string, string> = {
  '.env': '# PARCELS_PORT=3000\n# PARCEL_UI_PORT=3001\n',
  'libs/contracts/src/topics.ts': `import { defineTopic } from '@waybill/messaging/contract';

export const parcelsEvents = defineTopic({ name: 'parcels.events' });
`,
  'libs/contracts/src/queues.ts': `import { defineQueue } from '@waybill/messaging/contract';

export const parcelsWeigh = defineQueue({ name: 'parcels.weigh' });
/** A scale may be away for hours. */
export const scalesReset = defineQueue({
  name: 'scales.reset',
  retryTiers: [1_000, 60_000],
});
`,
  'libs/contracts/src/values.ts': 'export const Grams = z.int();\n',
  'libs/contracts/src/parcels.events.ts': `const subject = ({ parcelId }: { parcelId: string }) => parcelId;

export const ParcelWeighed = defineEvent({
  type: 'waybill.ParcelWeighed.v2',
  topic: parcelsEvents,
  subject,
  schema: z.object({ parcelId: z.uuid(), grams: Grams }),
});
export type ParcelWeighed = BodyOf<typeof ParcelWeighed>;

export const ScaleBroke = defineEvent({
  type: 'waybill.ScaleBroke.v1',
  topic: parcelsEvents,
  subject: ({ scale }) => scale,
  schema: z.object({ scale: z.string() }),
});
`,
  'libs/contracts/src/parcels.tasks.ts': `/** Weighs it. */
export const WeighParcel = defineTask({
  type: 'waybill.WeighParcel.v1',
  queue: parcelsWeigh,
  subject: ({ parcelId }) => parcelId,
  schema: z.object({ parcelId: z.uuid() }),
});
`,
  'infra/system/src/system.ts': `export const PROCESSES = [
  {
    name: 'parcels',
    does: 'Weighs.',
    package: 'services/parcels',
    port: { PARCELS_PORT: 3000 },
    settings: [
      'SCALE',
    ],
  },
] as const satisfies readonly Process[];
`,
  'services/parcels/package.json': '{ "name": "@waybill/parcels" }',
  'tests/package.json': '{ "name": "@waybill/tests" }',
  'bench/package.json': '{ "name": "@waybill/bench" }',
};
