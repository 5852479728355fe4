CREATE TYPE payment_type AS ENUM ('charge', 'refund');
CREATE TYPE payment_status AS ENUM ('SUCCEEDED', 'REFUSED');

CREATE TABLE payments (
  payment_id  uuid PRIMARY KEY,
  order_id    uuid NOT NULL,
  attempt     integer NOT NULL,
  type        payment_type NOT NULL,
  status      payment_status NOT NULL,
  reason      text,
  amount      bigint NOT NULL,
  currency    char(3) NOT NULL,
  provider_id text,
  at          timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (order_id, attempt, type)
);

CREATE TABLE banned_customers (
  customer_id text PRIMARY KEY
);
INSERT INTO banned_customers VALUES ('cus_banned');
