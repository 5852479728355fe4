import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { DeadLetterQueries, type RefusalReason, Refused, Review } from '@waybill/dlq';
import { Database, Problem, type ProblemName, validate } from '@waybill/platform';
import { DiscardRequest, GroupListQuery, isId, LetterListQuery, ResubmitRequest } from './dead-letter.requests.js';
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
    const { limit, cursor, ...filter } = validate(LetterListQuery, query);
    return this.queries.list(this.database.autocommit, filter, { limit, cursor });
  }

  @Get('groups')
  groups(@Query() query: unknown) {
    const { limit, cursor, ...filter } = validate(GroupListQuery, query);
    return this.queries.groups(this.database.autocommit, filter, { limit, cursor });
  }

  @Get(':id')
  async show(@Param('id') id: string) {
    const letter = isId(id) && (await this.queries.find(this.database.autocommit, id));
    if (!letter) throw new Problem('not-found', { detail: `there is no dead letter ${id}` });
    return letter;
  }

  /** 202: the message leaves by the outbox. */
  @Post(':id/resubmit')
  @HttpCode(202)
  resubmit(@Param('id') id: string, @Headers('x-operator') operator: string | undefined, @Body() request: unknown) {
    const by = operatorNamed(operator);
    const { body, version, force } = validate(ResubmitRequest, request ?? {});
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return this.decide(id, (tx) => this.review.resubmit(tx, id, { by, body: bytes, version, force }));
  }

  @Post(':id/discard')
  @HttpCode(200)
  discard(@Param('id') id: string, @Headers('x-operator') operator: string | undefined, @Body() request: unknown) {
    const by = operatorNamed(operator);
    const { reason, version } = validate(DiscardRequest, request ?? {});
    return this.decide(id, (tx) => this.review.discard(tx, id, { by, reason, version }));
  }

  private async decide<T>(id: string, decision: Parameters<typeof this.database.transaction<T>>[0]): Promise<T> {
    if (!isId(id)) throw new Problem('not-found', { detail: `there is no dead letter ${id}` });
    try {
      return await this.database.transaction(decision);
    } catch (error) {
      throw error instanceof Refused ? problemOf(error) : error;
    }
  }
}

const PROBLEM_OF: Record<RefusalReason, ProblemName> = {
  unknown: 'not-found',
  decided: 'already-decided',
  changed: 'has-changed',
  'too-often': 'resubmitted-too-often',
  'does-not-fit': 'invalid-request',
};

function problemOf({ reason, message }: Refused): Problem {
  const errors = reason === 'does-not-fit' ? { errors: [{ field: 'body', message }] } : { detail: message };
  return new Problem(PROBLEM_OF[reason], errors);
}
