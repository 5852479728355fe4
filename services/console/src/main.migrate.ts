import { deadLetterMigrations } from '@waybill/dlq';
import { outboxMigrations } from '@waybill/outbox';
import { runMigrations } from '@waybill/platform';

await runMigrations({ libraries: [outboxMigrations, deadLetterMigrations] });
