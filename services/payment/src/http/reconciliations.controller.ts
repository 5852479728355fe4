import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Problem, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import { z } from 'zod';
import { ProviderUnavailable } from '../provider/payment-provider.js';
import { ReconciliationJob } from '../usecases/reconciliation-job.js';

const DAY = 24 * 3_600_000;

export const ReconciliationRequest = z.strictObject({
  /** How far back. */
  days: z.int().min(1).max(3_650).default(7),
  /** False: findings are only reported. */
  repair: z.boolean().default(true),
});

const providerUnavailable = { name: 'provider-unavailable', status: 503, title: 'The payment provider is unavailable' };

@Controller('reconciliations')
export class ReconciliationsController {
  constructor(private readonly job: ReconciliationJob) {}

  /** Compares our payments with the provider's ledger now. */
  @OperatorOnly()
  @HttpCode(200)
  @Post()
  async run(@Body() body: unknown) {
    const { days, repair } = validate(ReconciliationRequest, body);
    try {
      const { findings, ...result } = await this.job.run({ window: days * DAY, repair });
      return { ...result, findings: findings.map(({ attempt, ...finding }) => ({ ...attempt, ...finding })) };
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw new Problem(providerUnavailable, { detail: error.message });
      throw error;
    }
  }
}
