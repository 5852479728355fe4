import { type BeforeApplicationShutdown, Controller, Get, Query, Res } from '@nestjs/common';
import { validate } from '@waybill/platform';
import { OperatorOnly, openEventStream } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { Overview, type Snapshot } from './overview.js';
import { NoQuery, SeriesQuery } from './overview.requests.js';
import { SeriesReader } from './series-reader.js';

/** The whole system, live. */
@Controller('overview')
export class OverviewController implements BeforeApplicationShutdown {
  private readonly streams = new Set<FastifyReply['raw']>();

  constructor(
    private readonly overview: Overview,
    private readonly seriesReader: SeriesReader,
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
    const stream = openEventStream(reply);
    if (stream.req.method === 'HEAD') return void stream.end();
    this.streams.add(stream);
    const leave = this.overview.watchers.watch((snapshot) => {
      if (!stream.writableNeedDrain) stream.write(`event: overview\ndata: ${JSON.stringify(snapshot)}\n\n`);
    });
    stream.once('close', () => {
      leave();
      this.streams.delete(stream);
    });
  }

  /** Clients connect again, to the process that comes after this one. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const stream of this.streams) stream.end();
    await this.overview.watchers.stop();
  }
}
