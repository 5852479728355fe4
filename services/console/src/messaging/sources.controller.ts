import { Controller, Get, Headers, Param, Query, Req } from '@nestjs/common';
import { Logger, type Page, Problem, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import type { FastifyRequest } from 'fastify';
import { operatorNamed } from '../dead-letters/operator-name.js';
import { ConsoleAccess } from '../session/console-access.js';
import { EmptyQuery, MessageListQuery } from './messaging.requests.js';
import { SourceViews } from './source-views.js';
import { beginOf, type TopicMessage, TopicMessages } from './topic-messages.js';

/** Topics, queues and outboxes as operators see them, and what is in the topics. */
@Controller()
export class SourcesController {
  constructor(
    private readonly sources: SourceViews,
    private readonly messages: TopicMessages,
    private readonly access: ConsoleAccess,
    private readonly logger: Logger,
  ) {}

  @OperatorOnly()
  @Get('topics')
  topics(@Query() query: unknown) {
    validate(EmptyQuery, query);
    return wholeList(this.sources.topics());
  }

  @OperatorOnly()
  @Get('queues')
  queues(@Query() query: unknown) {
    validate(EmptyQuery, query);
    return wholeList(this.sources.queues());
  }

  @OperatorOnly()
  @Get('outboxes')
  outboxes(@Query() query: unknown) {
    validate(EmptyQuery, query);
    return wholeList(this.sources.outboxes());
  }

  /** Who reveals personal data is in the log. */
  @OperatorOnly()
  @Get('topics/:name/messages')
  async list(
    @Param('name') name: string,
    @Query() query: unknown,
    @Headers('x-operator') operator: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<Page<TopicMessage>> {
    const { limit, cursor, key, reveal } = validate(MessageListQuery, query);
    if (!this.sources.topicNames.includes(name))
      throw new Problem('not-found', { detail: `there is no topic ${name}` });
    const isRevealed = reveal === 'true';
    if (isRevealed) {
      if (this.access.roleOf(request) !== 'operator')
        throw new Problem('forbidden', { detail: 'a reader sees no personal data: sign in as an operator' });
      this.logger.info({ topic: name, by: operatorNamed(operator) }, 'an operator reveals personal data of a topic');
    }
    const before = cursor === undefined ? undefined : beginOf(cursor);
    try {
      return await this.messages.list(name, { limit, before, key, reveal: isRevealed });
    } catch (error) {
      this.logger.warn({ err: error, topic: name }, 'could not read a topic');
      throw new Problem('unavailable', { detail: `the broker does not show ${name}`, retryAfterSeconds: 2 });
    }
  }
}

const wholeList = async <T>(items: Promise<T[]>): Promise<Page<T>> => ({ items: await items, nextCursor: null });
