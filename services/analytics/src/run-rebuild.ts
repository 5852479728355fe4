import { NestFactory } from '@nestjs/core';
import { eventCarrier, messagingSettings, type TopicOffsets } from '@waybill/messaging';
import { HandlerRegistry } from '@waybill/messaging/nest';
import { Database, type Logger } from '@waybill/platform';
import { z } from 'zod';
import type { Config } from './config.js';
import { ProjectionRebuild, REBUILD_SCHEMA } from './persistence/projection-rebuild.js';
import { onlyOneRebuild } from './persistence/rebuild-lock.js';
import { SummaryTotals } from './persistence/summary-totals.repository.js';
import { RebuildModule } from './rebuild.module.js';
import { EventHistory } from './usecases/event-history.js';
import { type RebuildProgress, rebuildProjection } from './usecases/rebuild-projection.js';

export interface RebuildOutput {
  progress(progress: RebuildProgress): void;
  line(text: string): void;
}

/** Connects everything, rebuilds and cleans up. Resolves with whether the rebuilt projection was swapped in. */
export async function runRebuild(
  config: Config,
  { restart, acceptLoss }: { restart: boolean; acceptLoss: boolean },
  output: RebuildOutput,
  stopping: AbortSignal,
): Promise<boolean> {
  const logger = warningsTo(output);
  const url = config.DATABASE_URL;
  const live = new Database({ url, logger, connections: 3 });
  const built = new Database({ url, logger, connections: 6, searchPath: [REBUILD_SCHEMA, 'public'] });
  const carrier = eventCarrier({ ...messagingSettings(config), name: 'analytics-rebuild', logger });
  const app = await NestFactory.createApplicationContext(RebuildModule, { logger: false, abortOnError: false });
  try {
    return await onlyOneRebuild(live, async (lost) => {
      const rebuild = new ProjectionRebuild(live);
      const run = await rebuild.begin({ restart });
      output.line(run.isResumed ? 'continuing the rebuild that was interrupted' : 'reading all events');

      const groups = `${config.KAFKA_TOPIC_PREFIX}analytics.rebuild.`;
      const group = groups + run.id;
      const history = new EventHistory({
        kafka: carrier.client(),
        group,
        prefix: config.KAFKA_TOPIC_PREFIX,
        registrations: app.get(HandlerRegistry).of('topic'),
        database: built,
        objectStore: config.OBJECT_STORE,
        onUnreadable: ({ place, key, reason }) =>
          rebuild.addUnreadable({ place, orderId: isUuid(key) ? key : null, reason: storable(reason) }),
        logger,
      });
      const offsets = carrier.offsets(group, history.topics);
      try {
        await deleteGroups(offsets, output, (name) => name.startsWith(groups) && name !== group);
        const isDone = await rebuildProjection(
          {
            rebuild,
            history,
            offsets,
            totals: new SummaryTotals(built.autocommit),
            report: (progress) => output.progress(progress),
            warn: (text) => output.line(text),
          },
          { acceptLoss, stopping: AbortSignal.any([stopping, lost]) },
        );
        lost.throwIfAborted();
        if (isDone) await deleteGroups(offsets, output, (name) => name === group);
        return isDone;
      } finally {
        await offsets.close();
      }
    });
  } finally {
    await Promise.all([app.close(), live.close(), built.close()]);
  }
}

const isUuid = (key: string | null): boolean => z.guid().safeParse(key).success;

/** PostgreSQL stores no NUL, and the reason may quote the event. */
const storable = (reason: string): string => reason.replaceAll('\0', '').slice(0, 500);

/** Those of rebuilds that are over. One that a killed process has not left yet is deleted by the next rebuild. */
async function deleteGroups(
  offsets: TopicOffsets,
  output: RebuildOutput,
  isOver: (group: string) => boolean,
): Promise<void> {
  await offsets.deleteGroups(isOver).catch(({ message }: Error) => {
    output.line(`could not delete the consumer groups of earlier rebuilds, the next one will: ${message}`);
  });
}

/** For people: the reason without its stack. */
function warningsTo(output: RebuildOutput): Logger {
  const line = (fields: object, message: string) => {
    const { err, reason = (err as Error | undefined)?.message } = fields as { err?: unknown; reason?: string };
    output.line(reason ? `${message}: ${reason}` : message);
  };
  return { debug() {}, info() {}, warn: line, error: line };
}
