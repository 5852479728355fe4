import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { DeadLetterQueries, Review } from '@waybill/dlq';
import { Database, Problem, validate } from '@waybill/platform';
import { applyChange } from './apply-change.js';
import { DeadLetterListQuery, DiscardRequest, GroupListQuery, isId, ResubmitRequest } from './dead-letter.requests.js';
import { OperatorGuard, operatorNamed } from './operator.guard.js';

@Controller('dead-letters')
@UseGuards(OperatorGuard)
export class DeadLettersController {
  constructor(
    private readonly database: Database,
    private readonly queries: DeadLetterQueries,
    private readonly review: Review,
  ) {}

  @Get()
  list(@Query() query: unknown) {
    const { limit, cursor, ...filter } = validate(DeadLetterListQuery, query);
    return this.queries.list(this.database.autocommit, filter, { limit, cursor });
  }

  @Get('groups')
  groups(@Query() query: unknown) {
    const { limit, cursor, ...filter } = validate(GroupListQuery, query);
    return this.queries.groups(this.database.autocommit, filter, { limit, cursor });
  }

  @Get(':id')
  async show(@Param('id') id: string) {
    const deadLetter = isId(id) && (await this.queries.find(this.database.autocommit, id));
    if (!deadLetter) throw new Problem('not-found', { detail: `there is no dead letter ${id}` });
    return deadLetter;
  }

  /** 202: the message leaves by the outbox. */
  @Post(':id/resubmit')
  @HttpCode(202)
  resubmit(@Param('id') id: string, @Headers('x-operator') operator: string | undefined, @Body() request: unknown) {
    const by = operatorNamed(operator);
    const { body, version, force } = validate(ResubmitRequest, request ?? {});
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return applyChange(this.database, { what: 'dead letter', id }, (tx) =>
      this.review.resubmit(tx, id, { by, body: bytes, version, force }),
    );
  }

  @Post(':id/discard')
  @HttpCode(200)
  discard(@Param('id') id: string, @Headers('x-operator') operator: string | undefined, @Body() request: unknown) {
    const by = operatorNamed(operator);
    const { reason, version } = validate(DiscardRequest, request ?? {});
    return applyChange(this.database, { what: 'dead letter', id }, (tx) =>
      this.review.discard(tx, id, { by, reason, version }),
    );
  }
}
