import { type BeforeApplicationShutdown, Controller, Get, Query, Res } from '@nestjs/common';
import { OperatorCheck, validate } from '@waybill/platform';
import { EventStream, leaving, OperatorOnly } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { Overview, type Snapshot } from './overview.js';
import { NoQuery, SeriesQuery } from './overview.requests.js';
import { SeriesReader } from './series-reader.js';

/** The whole system, live. */
@Controller('overview')
export class OverviewController implements BeforeApplicationShutdown {
  constructor(
    private readonly overview: Overview,
    private readonly seriesReader: SeriesReader,
    private readonly operator: OperatorCheck,
  ) {}

  @OperatorOnly()
  @Get()
  snapshot(@Query() query: unknown): Promise<Snapshot> {
    validate(NoQuery, query);
    return this.overview.watchers.look();
  }

  @OperatorOnly()
  @Get('series')
  series(@Query() query: unknown) {
    return this.seriesReader.read(validate(SeriesQuery, query).range);
  }

  /** Every snapshot as `event: overview`, until the client leaves. One that reads too slowly misses some. */
  @OperatorOnly()
  @Get('events')
  events(@Query() query: unknown, @Res() reply: FastifyReply): void {
    validate(NoQuery, query);
    const stream = new EventStream(reply, { operator: this.operator, heartbeat: 'event' });
    if (stream.hasEnded) return;
    const unwatch = this.overview.watchers.watch((snapshot) => {
      if (!stream.isBehind) stream.send({ event: 'overview', data: snapshot });
    });
    whenAborted(leaving(reply), () => {
      unwatch();
      stream.end();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.overview.watchers.stop();
  }
}

function whenAborted(signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, { once: true });
}
