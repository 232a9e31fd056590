-- SPDX-License-Identifier: Apache-2.0
-- Our keys for SAML in both roles, requests that wait for their response, messages that were used,
-- sessions that began at an identity provider, its metadata.

CREATE TABLE saml_keys (
    id TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    certificate BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    use_from BIGINT NOT NULL,
    gone_at BIGINT
);
CREATE INDEX saml_keys_of_role ON saml_keys (role);

CREATE TABLE saml_requests (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    browser BYTEA NOT NULL,
    asked TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE saml_used (
    issuer TEXT NOT NULL,
    id_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, id_hash)
);

CREATE TABLE saml_handoffs (
    hash BYTEA NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    browser BYTEA,
    claimed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE saml_sessions (
    session TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    name_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    index_hash BYTEA,
    ends_at BIGINT NOT NULL
);
CREATE INDEX saml_sessions_by_name ON saml_sessions (source, name_hash);

CREATE TABLE saml_metadata (
    source TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    pending TEXT,
    pending_why TEXT,
    warned_at BIGINT NOT NULL
);
