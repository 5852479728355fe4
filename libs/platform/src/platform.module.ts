import { type DynamicModule, Inject, Module, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { ConsumersController } from './consumers.controller.js';
import { Database } from './database.js';
import { Health } from './health.js';
import { Logger } from './logger.js';
import { OperationsController } from './operations.controller.js';
import { OperatorCheck, OperatorToken } from './operator.js';
import { ParkedController } from './parked.controller.js';

export interface PlatformOptions {
  logger: Logger;
  /** The service's own, and one of its readiness checks. */
  database?: Database;
  /** What `@OperatorOnly()` routes require: a token, or whatever else decides. Default: nobody may use them. */
  operator?: string | OperatorCheck;
}

/** Provides `Logger`, `Database` and `Health` to every module of a process; serves health, metrics, what it consumes and what is parked. */
@Module({ controllers: [OperationsController, ConsumersController, ParkedController] })
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    private readonly health: Health,
    @Optional() @Inject(Database) private readonly database?: Database,
  ) {
    if (database) this.health.add({ name: 'postgres', check: () => writable(database) });
  }

  static with({ logger, database, operator }: PlatformOptions): DynamicModule {
    const values = [
      { provide: Logger, useValue: logger },
      { provide: Health, useValue: new Health() },
      { provide: OperatorCheck, useValue: operator instanceof OperatorCheck ? operator : new OperatorToken(operator) },
      ...(database ? [{ provide: Database, useValue: database }] : []),
    ];
    return { module: PlatformModule, global: true, providers: values, exports: values.map(({ provide }) => provide) };
  }

  /** Last of all, when nothing uses the database any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.database?.close();
  }
}

/** A standby or a database that was set read-only answers, but accepts no writes. */
async function writable(database: Database): Promise<void> {
  const { rows } = await database.pool.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
  if (rows[0]?.transaction_read_only === 'on') throw new Error('the database is read-only');
}
