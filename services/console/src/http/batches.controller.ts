import { Body, Controller, Get, Headers, Param, Post, Res, UseGuards } from '@nestjs/common';
import { type Batch, Batches, BatchRunner } from '@waybill/dlq';
import { Database, Problem, validate } from '@waybill/platform';
import type { FastifyReply } from 'fastify';
import { BatchRequest, isId } from './dead-letter.requests.js';
import { OperatorGuard, operatorNamed } from './operator.guard.js';

/** Many dead letters at once. */
@Controller('dead-letters')
@UseGuards(OperatorGuard)
export class BatchesController {
  constructor(
    private readonly database: Database,
    private readonly batches: Batches,
    private readonly runner: BatchRunner,
  ) {}

  /** 202 with where to see how far it is; 200 when nothing is changed, because nothing is meant or it is a dry run. */
  @Post('resubmit')
  async resubmit(
    @Headers('x-operator') operator: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { dryRun, filter, ...rest } = validate(BatchRequest, body);
    const { status: _, ...letters } = filter;
    const request = { by: operatorNamed(operator), filter: letters, ...rest };
    const plan = await this.batches.plan(this.database.autocommit, request);
    const batch = dryRun ? undefined : await this.database.transaction((tx) => this.batches.begin(tx, request));
    if (!batch) {
      void reply.status(200);
      return { dryRun, ...plan, changed: false, batch: null };
    }
    this.runner.wake();
    void reply.status(202).header('location', `/dead-letters/batches/${batch.id}`);
    return { dryRun, ...plan, selected: batch.selected, changed: true, batch };
  }

  @Get('batches/:id')
  async show(@Param('id') id: string): Promise<Batch> {
    const batch = isId(id) && (await this.batches.find(this.database.autocommit, id));
    if (!batch) throw new Problem('not-found', { detail: `there is no batch ${id}` });
    return batch;
  }
}
