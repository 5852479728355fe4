-- Consumers that have registered themselves. What they consume only grows: a queue that a later version does not consume any more
-- may still have dead letters.

CREATE TABLE :schema.dead_letter_consumers (
  consumer      text PRIMARY KEY,
  queues        text[] NOT NULL,
  topics        text[] NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now()
);
