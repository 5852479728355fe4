CREATE TABLE order_facts (
  order_id     uuid PRIMARY KEY,
  attempt      integer NOT NULL DEFAULT 1,
  status       text NOT NULL DEFAULT 'PENDING',
  total_amount bigint,
  currency     char(3),
  refunded     bigint NOT NULL DEFAULT 0,
  created_at   timestamptz(3),
  confirmed_at timestamptz(3),
  shipped_at   timestamptz(3),
  delivered_at timestamptz(3),
  failed_at    timestamptz(3),
  cancelled_at timestamptz(3)
);

CREATE TABLE sku_sales (
  sku      text PRIMARY KEY,
  quantity bigint NOT NULL
);
