import { PrismaPg } from '@prisma/adapter-pg';
import type { Database } from './database.js';

/** For `new PrismaClient({ adapter })`: Prisma over the service's own pool of connections. */
export const prismaAdapter = (database: Database): PrismaPg =>
  new PrismaPg(database.pool, { disposeExternalPool: false });
