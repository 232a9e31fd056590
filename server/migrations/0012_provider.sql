CREATE TABLE refresh_families (
  id TEXT PRIMARY KEY,
  grant_id TEXT NOT NULL,
  session TEXT NOT NULL,
  client TEXT NOT NULL,
  bound_to TEXT NOT NULL,
  generation BIGINT NOT NULL,
  current_hash BYTEA NOT NULL,
  previous_hash BYTEA,
  current_access TEXT NOT NULL,
  current_used BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  rotated_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT
);
CREATE INDEX refresh_families_of_session ON refresh_families (session, ended_at);
CREATE INDEX refresh_families_of_grant ON refresh_families (grant_id);
CREATE INDEX refresh_families_of_access ON refresh_families (current_access);

CREATE TABLE pushed_requests (
  hash BYTEA PRIMARY KEY,
  client TEXT NOT NULL,
  parameters TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE client_assertions (
  client TEXT NOT NULL,
  jti_hash BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (client, jti_hash)
);

CREATE TABLE consents (
  person TEXT NOT NULL,
  client TEXT NOT NULL,
  scope TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (person, client)
);
