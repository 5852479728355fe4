-- A row is a mail to send until `sent_at` is set. It is written before the mail is sent, so that no transaction is open
-- during SMTP.
ALTER TABLE emails
  ALTER COLUMN sent_at DROP NOT NULL,
  ALTER COLUMN sent_at DROP DEFAULT,
  ADD COLUMN task_id text,
  -- What the mail is rendered from; removed once it is sent.
  ADD COLUMN request jsonb,
  ADD COLUMN requested_at timestamptz(3) NOT NULL DEFAULT now(),
  ADD COLUMN next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
  -- While a process sends it. The process extends its lease; that of a dead one expires.
  ADD COLUMN leased_until timestamptz(3),
  ADD COLUMN attempts integer NOT NULL DEFAULT 0,
  -- How often the server has deferred it.
  ADD COLUMN deferrals integer NOT NULL DEFAULT 0,
  ADD COLUMN first_failed_at timestamptz(3);
CREATE INDEX emails_to_send_idx ON emails (next_attempt_at) WHERE sent_at IS NULL;
