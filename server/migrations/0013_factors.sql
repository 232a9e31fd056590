-- SPDX-License-Identifier: Apache-2.0
-- What a passkey's maker attested, what is known of models, saved recovery codes, notices that wait
-- to be sent.

ALTER TABLE passkeys ADD COLUMN aaguid TEXT NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE passkeys ADD COLUMN format TEXT NOT NULL DEFAULT 'none';
ALTER TABLE passkeys ADD COLUMN attestation TEXT NOT NULL DEFAULT 'none';
ALTER TABLE passkeys ADD COLUMN allowed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE passkeys ADD COLUMN capped BIGINT NOT NULL DEFAULT 0;
CREATE INDEX passkeys_of_model ON passkeys (aaguid);

CREATE TABLE passkey_metadata (
    id TEXT NOT NULL PRIMARY KEY,
    serial BIGINT NOT NULL,
    content TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    late_noted BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    hash BYTEA NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_codes_of_person ON recovery_codes (person);

ALTER TABLE enrolment_links ADD COLUMN capped BIGINT NOT NULL DEFAULT 0;

CREATE TABLE known_browsers (
    person TEXT NOT NULL,
    browser BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (person, browser)
);

CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    delivered_at BIGINT,
    last_error TEXT
);
CREATE INDEX notices_due ON notices (delivered_at, next_attempt_at);
