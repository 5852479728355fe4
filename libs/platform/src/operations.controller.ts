import { Controller, Get, Header, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';
import { Health, type HealthReport } from './health.js';

/** The endpoints of every process for operators and orchestrators. */
@Controller()
export class OperationsController {
  constructor(private readonly health: Health) {}

  /** 200 as long as the process responds at all. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 from when the process was ready for the first time, whatever fails later; until then 503. */
  @Get('health/startup')
  async startup(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: 'started' | 'starting' }> {
    const started = await this.health.hasStarted();
    void reply.status(started ? 200 : 503);
    return { status: started ? 'started' : 'starting' };
  }

  /** 200 when the process is ready, otherwise 503; names the failing checks. */
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
