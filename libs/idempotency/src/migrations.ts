import type { LibraryMigrations } from '@waybill/outbox';

/** The tables of inbox and idempotency keys. */
export const idempotencyMigrations: LibraryMigrations = {
  library: 'idempotency',
  directory: new URL('../sql/', import.meta.url),
};
