CREATE TABLE stored_parcels (
  parcel_id uuid PRIMARY KEY,
  content   text NOT NULL,
  shelf     text NOT NULL,
  stored_at timestamptz(3) NOT NULL DEFAULT now()
);
