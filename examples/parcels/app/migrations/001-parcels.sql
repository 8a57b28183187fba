CREATE TABLE parcels (
  id text PRIMARY KEY,
  recipient text NOT NULL,
  contents text NOT NULL,
  photo_type text,
  shard integer NOT NULL, -- decided once, so that adding shards moves nothing
  created_at timestamptz NOT NULL DEFAULT now(),
  notified_at timestamptz,
  last_place text,
  last_scan_at timestamptz
);

CREATE INDEX parcels_not_notified ON parcels (created_at) WHERE notified_at IS NULL;
