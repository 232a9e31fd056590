CREATE TABLE cards (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  issuer TEXT NOT NULL,
  mapping TEXT NOT NULL,
  value TEXT NOT NULL,
  subject TEXT NOT NULL,
  issued_by TEXT NOT NULL,
  level BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  UNIQUE (issuer, mapping, value, person)
);
CREATE INDEX cards_of_person ON cards (person);
