import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { Logger } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import { operatorNamed } from '../dead-letters/operator-name.js';
import { ConsumerSwitch } from './consumer-switch.js';

/** Pauses and resumes a consumer in all copies of a process. Who does is in the log. */
@Controller('processes/:process/consumers/:name')
export class ProcessConsumersController {
  constructor(
    private readonly consumers: ConsumerSwitch,
    private readonly logger: Logger,
  ) {}

  @OperatorOnly()
  @Post('pause')
  @HttpCode(200)
  pause(@Param() place: Place, @Headers('x-operator') operator: string | undefined) {
    return this.turn(place, 'pause', operator);
  }

  @OperatorOnly()
  @Post('resume')
  @HttpCode(200)
  resume(@Param() place: Place, @Headers('x-operator') operator: string | undefined) {
    return this.turn(place, 'resume', operator);
  }

  private async turn({ process, name }: Place, action: 'pause' | 'resume', operator: string | undefined) {
    this.logger.info(
      { process, consumer: name, action, by: operatorNamed(operator) },
      'an operator switches a consumer',
    );
    return { items: await this.consumers.turn(process, name, action), nextCursor: null };
  }
}

interface Place {
  process: string;
  name: string;
}
