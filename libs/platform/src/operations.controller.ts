import { Controller, Get, Header, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';
import { Health, type HealthReport } from './health.js';

/** What operators and orchestrators ask of every process. */
@Controller()
export class OperationsController {
  constructor(private readonly health: Health) {}

  /** 200 as long as the process can answer at all. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 when the process can do its work, otherwise 503; names what is missing. */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    const report = await this.health.report();
    void reply.status(report.status === 'ready' ? 200 : 503);
    return report;
  }

  /** Prometheus text format. */
  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}
