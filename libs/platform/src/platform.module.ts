import { type DynamicModule, Inject, Module, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { Database } from './database.js';
import { Health } from './health.js';
import { Logger } from './logger.js';
import { OperationsController } from './operations.controller.js';

export interface PlatformOptions {
  logger: Logger;
  /** The service's own, and one of its readiness checks. */
  database?: Database;
}

/** Provides `Logger`, `Database` and `Health` to every module of a process, and serves health and metrics. */
@Module({ controllers: [OperationsController] })
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    private readonly health: Health,
    @Optional() @Inject(Database) private readonly database?: Database,
  ) {
    if (database) this.health.add({ name: 'postgres', check: () => answers(database) });
  }

  static with({ logger, database }: PlatformOptions): DynamicModule {
    const values = [
      { provide: Logger, useValue: logger },
      { provide: Health, useValue: new Health() },
      ...(database ? [{ provide: Database, useValue: database }] : []),
    ];
    return { module: PlatformModule, global: true, providers: values, exports: values.map(({ provide }) => provide) };
  }

  /** Last of all, when nothing uses the database any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.database?.close();
  }
}

async function answers(database: Database): Promise<void> {
  await database.pool.query('SELECT 1');
}
