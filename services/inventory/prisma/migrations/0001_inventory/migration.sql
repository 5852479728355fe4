CREATE TABLE products (
  sku               text PRIMARY KEY,
  name              text NOT NULL,
  unit_price_amount bigint NOT NULL,
  currency          char(3) NOT NULL,
  initial           integer NOT NULL,
  on_hand           integer NOT NULL CHECK (on_hand >= 0),
  reserved          integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  shipped           integer NOT NULL DEFAULT 0,
  CONSTRAINT never_oversold CHECK (reserved <= on_hand)
);

CREATE TYPE claim_outcome AS ENUM ('reserved', 'out-of-stock', 'released');
CREATE TABLE claims (
  order_id uuid,
  attempt  integer,
  outcome  claim_outcome NOT NULL,
  PRIMARY KEY (order_id, attempt)
);

CREATE TYPE reservation_status AS ENUM ('OPEN', 'SHIPPED', 'RELEASED');
CREATE TABLE reservations (
  id       bigserial PRIMARY KEY,
  order_id uuid NOT NULL,
  attempt  integer NOT NULL,
  sku      text NOT NULL REFERENCES products,
  quantity integer NOT NULL CHECK (quantity > 0),
  status   reservation_status NOT NULL DEFAULT 'OPEN',
  UNIQUE (order_id, attempt, sku)
);
CREATE INDEX reservations_status_id_idx ON reservations (status, id);

CREATE TYPE shipment_status AS ENUM ('CREATED', 'CANCELLED', 'DISPATCHED', 'DELIVERED');
CREATE TABLE shipments (
  shipment_id   uuid PRIMARY KEY,
  order_id      uuid NOT NULL,
  attempt       integer NOT NULL,
  status        shipment_status NOT NULL,
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  dispatch_due  timestamptz(3),
  dispatched_at timestamptz(3),
  delivery_due  timestamptz(3),
  delivered_at  timestamptz(3),
  UNIQUE (order_id, attempt)
);
-- What the carrier looks for, and nothing of the past.
CREATE INDEX shipments_dispatch_due_idx ON shipments (dispatch_due) WHERE status = 'CREATED';
CREATE INDEX shipments_delivery_due_idx ON shipments (delivery_due) WHERE status = 'DISPATCHED';
