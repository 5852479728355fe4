import { PrismaPg } from '@prisma/adapter-pg';
import type { Database } from '@waybill/platform';
import { PrismaClient } from './generated/client.js';

/** Prisma over the service's own pool of connections. */
export class Prisma extends PrismaClient {
  constructor(database: Database) {
    super({ adapter: new PrismaPg(database.pool, { disposeExternalPool: false }) });
  }
}
