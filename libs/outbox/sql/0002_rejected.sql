-- A message that the broker can never accept is rejected, in the words of the library and of its metrics.
ALTER TABLE :schema.outbox_refused RENAME TO outbox_rejected;
ALTER TABLE :schema.outbox_rejected RENAME COLUMN refused_at TO rejected_at;
