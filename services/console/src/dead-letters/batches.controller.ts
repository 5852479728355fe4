import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { type Batch, Batches, BatchRunner, type BatchRequest as NewBatch } from '@waybill/dlq';
import type { Tx } from '@waybill/outbox';
import { Database, Problem, parseId, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { applyChange } from './apply-change.js';
import { BatchListQuery, DiscardManyRequest, ResubmitManyRequest } from './dead-letter.requests.js';
import { operatorNamed } from './operator-name.js';

/** Resubmits or discards many dead letters in the background. */
@Controller('dead-letters')
export class BatchesController {
  constructor(
    private readonly database: Database,
    private readonly batches: Batches,
    private readonly runner: BatchRunner,
  ) {}

  /** 202 with the batch's location; 200 when nothing changes, for a dry run or a filter that matches nothing. */
  @OperatorOnly()
  @Post('resubmit')
  resubmit(
    @Headers('x-operator') operator: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { dryRun, ...selection } = validate(ResubmitManyRequest, body);
    return this.begin({ by: operatorNamed(operator), ...selection }, dryRun, reply);
  }

  /** Responds as `resubmit` does. */
  @OperatorOnly()
  @Post('discard')
  discard(
    @Headers('x-operator') operator: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { dryRun, ...selection } = validate(DiscardManyRequest, body);
    return this.begin({ by: operatorNamed(operator), action: 'discard', ...selection }, dryRun, reply);
  }

  @OperatorOnly()
  @Get('batches')
  list(@Query() query: unknown) {
    const { status, ...page } = validate(BatchListQuery, query);
    return this.batches.list(this.database.autocommit, { status }, page);
  }

  @OperatorOnly()
  @Get('batches/:id')
  async show(@Param('id') segment: string): Promise<Batch> {
    const id = parseId(segment);
    const batch = id && (await this.batches.find(this.database.autocommit, id));
    if (!batch) throw new Problem('not-found', { detail: `there is no batch ${segment}` });
    return batch;
  }

  @OperatorOnly()
  @Post('batches/:id/stop')
  @HttpCode(200)
  stop(@Param('id') segment: string, @Headers('x-operator') operator: string | undefined): Promise<Batch> {
    const by = operatorNamed(operator);
    return applyChange(this.database, { what: 'batch', segment }, (tx, id) => this.batches.stop(tx, id, by));
  }

  @OperatorOnly()
  @Post('batches/:id/pause')
  @HttpCode(200)
  pause(@Param('id') segment: string, @Headers('x-operator') operator: string | undefined): Promise<Batch> {
    const by = operatorNamed(operator);
    return applyChange(this.database, { what: 'batch', segment }, (tx, id) => this.batches.pause(tx, id, by));
  }

  @OperatorOnly()
  @Post('batches/:id/resume')
  @HttpCode(200)
  async resume(@Param('id') segment: string, @Headers('x-operator') operator: string | undefined): Promise<Batch> {
    const by = operatorNamed(operator);
    const resume = (tx: Tx, id: string) => this.batches.resume(tx, id, by);
    const batch = await applyChange(this.database, { what: 'batch', segment }, resume);
    this.runner.wake();
    return batch;
  }

  private async begin(request: NewBatch, dryRun: boolean, reply: FastifyReply) {
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
}
