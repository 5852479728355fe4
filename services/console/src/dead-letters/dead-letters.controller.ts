import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { AuditLog, DeadLetterQueries, Review } from '@waybill/dlq';
import { Database, Problem, parseId, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import { applyChange } from './apply-change.js';
import {
  AuditListQuery,
  DeadLetterListQuery,
  DiscardRequest,
  GroupListQuery,
  ParkedPageQuery,
  ResubmitRequest,
} from './dead-letter.requests.js';
import { schemaOfType } from './message-schemas.js';
import { operatorNamed } from './operator-name.js';
import { ParkedKeys } from './parked-keys.js';

@Controller('dead-letters')
export class DeadLettersController {
  constructor(
    private readonly database: Database,
    private readonly queries: DeadLetterQueries,
    private readonly review: Review,
    private readonly audit: AuditLog,
    private readonly parked: ParkedKeys,
  ) {}

  @OperatorOnly()
  @Get()
  list(@Query() query: unknown) {
    const { limit, cursor, ...filter } = validate(DeadLetterListQuery, query);
    return this.queries.list(this.database.autocommit, filter, { limit, cursor });
  }

  @OperatorOnly()
  @Get('groups')
  groups(@Query() query: unknown) {
    const { limit, cursor, ...filter } = validate(GroupListQuery, query);
    return this.queries.groups(this.database.autocommit, filter, { limit, cursor });
  }

  @OperatorOnly()
  @Get('audit')
  listAudit(@Query() query: unknown) {
    const { by, action, ...page } = validate(AuditListQuery, query);
    return this.audit.list(this.database.autocommit, { by, action }, page);
  }

  @OperatorOnly()
  @Get(':id')
  async show(@Param('id') segment: string) {
    const id = parseId(segment);
    const deadLetter = id && (await this.queries.find(this.database.autocommit, id));
    if (!deadLetter) throw new Problem('not-found', { detail: `there is no dead letter ${segment}` });
    return deadLetter;
  }

  @OperatorOnly()
  @Get(':id/schema')
  async schema(@Param('id') segment: string) {
    const { type } = await this.show(segment);
    return { type, schema: (type && schemaOfType(type)) || null };
  }

  @OperatorOnly()
  @Get(':id/parked')
  async parkedWith(@Param('id') segment: string, @Query() query: unknown) {
    const page = validate(ParkedPageQuery, query);
    return this.parked.with(await this.show(segment), page);
  }

  /** 202: the message leaves by the outbox. */
  @OperatorOnly()
  @Post(':id/resubmit')
  @HttpCode(202)
  resubmit(
    @Param('id') segment: string,
    @Headers('x-operator') operator: string | undefined,
    @Body() request: unknown,
  ) {
    const by = operatorNamed(operator);
    const { body, version, force } = validate(ResubmitRequest, request ?? {});
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return applyChange(this.database, { what: 'dead letter', segment }, (tx, id) =>
      this.review.resubmit(tx, id, { by, body: bytes, version, force }),
    );
  }

  @OperatorOnly()
  @Post(':id/discard')
  @HttpCode(200)
  discard(@Param('id') segment: string, @Headers('x-operator') operator: string | undefined, @Body() request: unknown) {
    const by = operatorNamed(operator);
    const { reason, version } = validate(DiscardRequest, request ?? {});
    return applyChange(this.database, { what: 'dead letter', segment }, (tx, id) =>
      this.review.discard(tx, id, { by, reason, version }),
    );
  }
}
