import { idempotencyMigrations } from '@waybill/idempotency';
import { messagingMigrations } from '@waybill/messaging';
import { outboxMigrations } from '@waybill/outbox';
import { runMigrations } from '@waybill/platform';

await runMigrations({
  directory: new URL('../prisma/migrations/', import.meta.url),
  libraries: [outboxMigrations, idempotencyMigrations, messagingMigrations],
});
