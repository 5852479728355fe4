CREATE TABLE emails (
  id         bigserial PRIMARY KEY,
  order_id   uuid NOT NULL,
  attempt    integer NOT NULL,
  type       text NOT NULL,
  recipient  text NOT NULL,
  message_id text NOT NULL,
  sent_at    timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (order_id, attempt, type)
);
