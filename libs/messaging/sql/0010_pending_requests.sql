-- Requests whose reply comes later, to whichever process. In the asker's own database: asking, and what is done with the
-- reply, each is one transaction with the rest of it.
CREATE TABLE :schema.pending_requests (
  correlation_id text        PRIMARY KEY,
  task           text        NOT NULL,
  about          json        NOT NULL,
  deadline       timestamptz NOT NULL
);
CREATE INDEX pending_requests_deadline_idx ON :schema.pending_requests (task, deadline);
