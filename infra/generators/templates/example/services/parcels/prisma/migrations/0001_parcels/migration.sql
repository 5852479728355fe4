CREATE TABLE parcels (
  parcel_id   uuid PRIMARY KEY,
  content     text NOT NULL,
  accepted_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Both are set once the depot has stored it.
  shelf       text,
  stored_at   timestamptz(3)
);
