CREATE TABLE accounts (
  person TEXT PRIMARY KEY,
  sub TEXT NOT NULL UNIQUE,
  user_handle BYTEA NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  last_sign_in_at BIGINT
);

CREATE TABLE passwords (
  person TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);

CREATE TABLE totps (
  person TEXT PRIMARY KEY,
  secret BYTEA NOT NULL,
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  credential TEXT NOT NULL,
  attested BIGINT NOT NULL,
  suspect BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX passkeys_of_person ON passkeys (person);

CREATE TABLE lockouts (
  subject TEXT NOT NULL,
  authenticator TEXT NOT NULL,
  failures BIGINT NOT NULL,
  last_failure_at BIGINT NOT NULL,
  PRIMARY KEY (subject, authenticator)
);

CREATE TABLE enrolment_links (
  hash BYTEA PRIMARY KEY,
  person TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX enrolment_links_of_person ON enrolment_links (person);

CREATE TABLE ceremonies (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  bound_to TEXT NOT NULL,
  state TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE flows (
  id TEXT PRIMARY KEY,
  browser_hash BYTEA NOT NULL,
  state TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  secret_hash BYTEA NOT NULL UNIQUE,
  person TEXT NOT NULL,
  level BIGINT NOT NULL,
  methods TEXT NOT NULL,
  attested BIGINT NOT NULL,
  auth_time BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  last_activity_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  idle_seconds BIGINT NOT NULL,
  device TEXT,
  agent TEXT,
  csrf TEXT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT
);
CREATE INDEX sessions_of_person ON sessions (person, ended_at);

CREATE TABLE client_sessions (
  sid TEXT PRIMARY KEY,
  session TEXT NOT NULL,
  client TEXT NOT NULL,
  person TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  end_confirmed_at BIGINT,
  UNIQUE (session, client)
);

CREATE TABLE clients (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL,
  secret_hash BYTEA,
  created_at BIGINT NOT NULL
);

CREATE TABLE codes (
  hash BYTEA PRIMARY KEY,
  grant_id TEXT NOT NULL,
  bound_to TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY,
  grant_id TEXT NOT NULL,
  session TEXT NOT NULL,
  client TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX access_tokens_of_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_of_session ON access_tokens (session);

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  alg TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  jwk TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  use_from BIGINT NOT NULL,
  use_until BIGINT,
  gone_at BIGINT
);

CREATE TABLE logout_outbox (
  id TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  uri TEXT NOT NULL,
  sid TEXT NOT NULL,
  sub TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  delivered_at BIGINT,
  last_error TEXT
)
