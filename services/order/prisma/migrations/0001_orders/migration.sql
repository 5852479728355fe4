CREATE TYPE order_status AS ENUM
  ('PENDING', 'RESERVED', 'PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED');

CREATE TABLE orders (
  order_id      uuid PRIMARY KEY,
  attempt       integer NOT NULL DEFAULT 1,
  status        order_status NOT NULL DEFAULT 'PENDING',
  reason        text,
  -- Decided once for each attempt, before it is carried out: see OrderRepository.decide.
  outcome       text CHECK (outcome IN ('CONFIRMED', 'FAILED', 'CANCELLED')),
  customer_id   text NOT NULL,
  email         text NOT NULL,
  payment_token text NOT NULL,
  items         jsonb NOT NULL,
  total_amount  bigint NOT NULL,
  currency      char(3) NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL
);
-- Order ids are UUIDv7, so the newest orders are the highest ids.
CREATE INDEX orders_customer_id_order_id_idx ON orders (customer_id, order_id);
CREATE INDEX orders_status_order_id_idx ON orders (status, order_id);

CREATE TABLE order_history (
  seq      bigserial PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  attempt  integer NOT NULL,
  status   order_status NOT NULL,
  reason   text,
  at       timestamptz(3) NOT NULL
);
CREATE INDEX order_history_order_id_seq_idx ON order_history (order_id, seq);

CREATE TABLE catalogue (
  sku               text PRIMARY KEY,
  name              text NOT NULL,
  unit_price_amount bigint NOT NULL,
  currency          char(3) NOT NULL
);

CREATE TABLE catalogue_progress (
  id              integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  read_to_the_end timestamptz(3) NOT NULL
);
