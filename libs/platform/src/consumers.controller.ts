import { Controller, Get, HttpCode, Optional, Param, Post } from '@nestjs/common';
import { ConsumerControl, type ConsumerState } from '@waybill/outbox';
import { OperatorOnly } from './operator-only.js';
import type { Page } from './page.js';
import { Problem } from './problem.js';

/** What this process consumes, for operators, who pause and resume it. Until the process ends: another one starts unpaused. */
@Controller('consumers')
export class ConsumersController {
  constructor(@Optional() private readonly consumers?: ConsumerControl) {}

  @OperatorOnly()
  @Get()
  list(): Page<ConsumerState> {
    return pageOf(this.consumers?.list() ?? []);
  }

  @OperatorOnly()
  @Post(':name/pause')
  @HttpCode(200)
  pause(@Param('name') name: string): Page<ConsumerState> {
    return pageOf(named(name, this.consumers?.pause(name)));
  }

  @OperatorOnly()
  @Post(':name/resume')
  @HttpCode(200)
  resume(@Param('name') name: string): Page<ConsumerState> {
    return pageOf(named(name, this.consumers?.resume(name)));
  }
}

function named(name: string, changed: ConsumerState[] = []): ConsumerState[] {
  if (changed.length === 0) throw new Problem('not-found', { detail: `this process consumes nothing named ${name}` });
  return changed;
}

const pageOf = (items: ConsumerState[]): Page<ConsumerState> => ({ items, nextCursor: null });
