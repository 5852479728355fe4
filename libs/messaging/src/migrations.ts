import type { LibraryMigrations } from '@waybill/outbox';

/** Tables of a service that consumes events. */
export const messagingMigrations: LibraryMigrations = {
  library: 'messaging',
  directory: new URL('../sql/', import.meta.url),
};
