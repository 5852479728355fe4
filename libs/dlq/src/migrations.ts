import type { LibraryMigrations } from '@waybill/outbox';

/** The tables of the dead letters. */
export const deadLetterMigrations: LibraryMigrations = {
  library: 'dlq',
  directory: new URL('../sql/', import.meta.url),
};
