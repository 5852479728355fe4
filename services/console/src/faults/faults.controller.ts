import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { Logger, Problem, parseId, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import { operatorNamed } from '../dead-letters/operator-name.js';
import type { Fault, FaultTarget } from './fault.js';
import { FaultRequest, isOfMessages } from './fault.requests.js';
import { Launcher, NO_LAUNCHER } from './launcher.js';
import { MessageFaults } from './message-faults.js';

interface LauncherFaults {
  targets: FaultTarget[];
  inEffect: Fault[];
  recent: Fault[];
}

const RECENT = 50;
/** This process: whoever pauses it cannot undo that here. */
const ITSELF = 'console';

/** Breaks the system on purpose, where the launcher runs it. */
@Controller('faults')
export class FaultsController {
  constructor(
    private readonly launcher: Launcher,
    private readonly messages: MessageFaults,
    private readonly logger: Logger,
  ) {}

  /** What can be broken, and what is. */
  @OperatorOnly()
  @Get()
  async list() {
    if (!this.launcher.isThere) {
      return { available: false, reason: NO_LAUNCHER, targets: [], messageTargets: [], inEffect: [], recent: [] };
    }
    const { targets, inEffect, recent } = await this.launcher.call<LauncherFaults>('GET', '/faults');
    const all = [...recent, ...this.messages.recent].toSorted((a, b) => b.since.localeCompare(a.since));
    return {
      available: true,
      reason: null,
      targets,
      messageTargets: this.messages.targets(),
      inEffect,
      recent: all.slice(0, RECENT),
    };
  }

  @OperatorOnly()
  @Post()
  @HttpCode(201)
  async inject(@Headers('x-operator') operator: string | undefined, @Body() body: unknown): Promise<Fault> {
    const by = operatorNamed(operator);
    const request = validate(FaultRequest, body);
    this.launcher.require();
    requireEnd(request);
    const fault = isOfMessages(request)
      ? await this.messages.send(request, by)
      : await this.launcher.call<Fault>('POST', '/faults', { ...request, by });
    this.logger.warn({ operator: by, fault }, 'broken on request');
    return fault;
  }

  /** The fault, which has ended. */
  @OperatorOnly()
  @Delete(':id')
  async undo(@Headers('x-operator') operator: string | undefined, @Param('id') segment: string): Promise<Fault> {
    const by = operatorNamed(operator);
    const id = parseId(segment);
    this.launcher.require();
    if (!id) throw new Problem('not-found', { detail: `there is no fault ${segment}` });
    if (this.messages.recent.some((sent) => sent.id === id))
      throw new Problem(
        { name: 'fault-rejected', status: 409, title: 'This cannot be done now' },
        { detail: 'what was sent is sent' },
      );
    const fault = await this.launcher.call<Fault>('DELETE', `/faults/${id}`);
    this.logger.warn({ operator: by, fault }, 'a fault is undone');
    return fault;
  }
}

/** Throws a 400 for what could only be undone by stopping the system. */
function requireEnd(request: FaultRequest): void {
  if (request.target === ITSELF && 'seconds' in request && request.seconds === null)
    throw new Problem('invalid-request', {
      errors: [{ field: 'seconds', message: 'is needed: the console could not undo it' }],
    });
}
