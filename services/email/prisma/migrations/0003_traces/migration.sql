-- A mail is sent in the trace of the message that requested it.
ALTER TABLE emails ADD COLUMN traceparent text;
