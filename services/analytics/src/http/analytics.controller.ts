import { Controller, Get } from '@nestjs/common';
import { SummaryQueries } from '../persistence/summary.queries.js';

@Controller('analytics')
export class AnalyticsController {
  constructor(private readonly queries: SummaryQueries) {}

  @Get('summary')
  summary() {
    return this.queries.summary();
  }
}
