-- SPDX-License-Identifier: Apache-2.0
-- Our keys for SAML in both roles, messages that were used, what waits for a browser's next step, the
-- names of people at identity providers for a logout, and the metadata of those.

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

CREATE TABLE saml_used (
    source TEXT NOT NULL,
    id_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (source, id_hash)
);

CREATE TABLE saml_pending (
    hash BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE saml_names (
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    session_index TEXT NOT NULL,
    name_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (source, subject, session_index)
);
CREATE INDEX saml_names_by_name ON saml_names (source, name_hash);

CREATE TABLE saml_metadata (
    source TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    pending TEXT,
    pending_why TEXT,
    warned_at BIGINT NOT NULL
);
