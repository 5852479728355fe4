-- Dead letters of all sources, gathered for review. A message that a consumer gave up is one row, however often it fails:
-- the row tells of its last failure, dead_letter_acts of every failure and of everything that a person did about it.

CREATE TABLE :schema.dead_letter_batches (
  id              uuid             PRIMARY KEY,
  by              text             NOT NULL,
  filter          json             NOT NULL,
  force           boolean          NOT NULL,
  -- NULL: as fast as it goes.
  rate_per_second double precision,
  selected        integer          NOT NULL,
  resubmitted     integer          NOT NULL DEFAULT 0,
  status          text             NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done')),
  -- When the next letters of it may go.
  next_at         timestamptz      NOT NULL DEFAULT now(),
  created_at      timestamptz      NOT NULL DEFAULT now(),
  ended_at        timestamptz
);
CREATE INDEX dead_letter_batches_running_idx ON :schema.dead_letter_batches (next_at) WHERE status = 'running';

CREATE TABLE :schema.dead_letters (
  id              uuid        PRIMARY KEY,
  -- Hash of source, consumer and message id, which may be longer than an index takes.
  identity        text        NOT NULL UNIQUE,
  source_kind     text        NOT NULL CHECK (source_kind IN ('queue', 'topic')),
  source          text        NOT NULL,
  consumer        text        NOT NULL,
  class           text        NOT NULL,
  error           text        NOT NULL,
  stack           text,
  -- The same failure has the same class, error with its variable parts replaced, and place in the stack: its group.
  pattern         text        NOT NULL,
  place           text        NOT NULL,
  failure_group   text        NOT NULL,
  attempts        integer     NOT NULL,
  message_id      text        NOT NULL,
  type            text        NOT NULL,
  key             text,
  trace_id        text,
  dataschema      text,
  first_failed_at timestamptz NOT NULL,
  last_failed_at  timestamptz NOT NULL,
  taken_in_at     timestamptz NOT NULL DEFAULT now(),
  status          text        NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'resubmitted', 'discarded')),
  resubmissions   integer     NOT NULL DEFAULT 0,
  -- Goes up with every change, so that who decides about a letter can say which one they have seen.
  version         integer     NOT NULL DEFAULT 1,
  -- The running batch that is going to resubmit it.
  batch           uuid        REFERENCES :schema.dead_letter_batches,
  headers         json        NOT NULL,
  body            bytea       NOT NULL
);
CREATE INDEX dead_letters_waiting_idx ON :schema.dead_letters (source, consumer, class) WHERE status = 'waiting';
CREATE INDEX dead_letters_batch_idx ON :schema.dead_letters (batch, id) WHERE batch IS NOT NULL;
CREATE INDEX dead_letters_group_idx ON :schema.dead_letters (failure_group, id);
CREATE INDEX dead_letters_key_idx ON :schema.dead_letters USING hash (key);

CREATE TABLE :schema.dead_letter_acts (
  seq         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dead_letter uuid        NOT NULL REFERENCES :schema.dead_letters,
  act         text        NOT NULL CHECK (act IN ('failed', 'resubmitted', 'discarded')),
  at          timestamptz NOT NULL DEFAULT now(),
  -- The operator; of a failure, the consumer.
  by          text        NOT NULL,
  -- The error, the reason, or what was special about it.
  detail      text,
  -- What was sent in place of the body.
  edited_body bytea,
  batch       uuid        REFERENCES :schema.dead_letter_batches,
  -- Tells one failure of a message from another, so that one that is told twice counts once.
  failure     text,
  UNIQUE (dead_letter, failure)
);
